"""Brings pages over from WordPress: read, clean, place, report."""
