"""The doors: foreign formats in, foreign formats out. Knows no ticket."""
