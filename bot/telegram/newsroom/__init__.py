"""Alerts, articles from the chat, and the builds that they lead to."""
