"""Changing what is at a provider: checked, kept as an intent, sent once, and settled by observations."""
