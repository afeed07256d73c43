"""A question in, an Answer out, over one sealed generation; nothing here loads torch."""
