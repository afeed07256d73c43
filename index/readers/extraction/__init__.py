"""What readers of several formats share: text, title, byline, day, language."""
