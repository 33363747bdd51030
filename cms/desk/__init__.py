"""The desk's screens for letters and readers."""
