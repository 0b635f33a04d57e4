"""Executing queries: documents that are kept, compiled, and the stock executor for the rest."""
