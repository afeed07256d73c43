"""What people see in Telegram: texts, formatting, keyboards."""
