"""What is asked, and of whom: the question parsed, its dates, and the speakers its words name."""
