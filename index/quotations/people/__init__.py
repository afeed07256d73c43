"""Who is meant: names in an article, pronouns, speakers, and people across articles."""
