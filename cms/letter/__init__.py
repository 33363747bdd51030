"""The issue as a letter: HTML, text, and the bytes that leave."""
