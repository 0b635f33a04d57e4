"""The files of a provider that nobody has written yet, with a sentence wherever something is to be decided."""
