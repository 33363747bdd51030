"""Readers by mail: how they come, what they choose, how they leave."""
