"""What the bot keeps over restarts."""
