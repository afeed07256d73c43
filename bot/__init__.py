"""People in front of it: the command line, the terminal conversation, the Telegram bot."""
