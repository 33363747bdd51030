"""Lists of readers from elsewhere, as files: read, understood, checked, taken in."""
