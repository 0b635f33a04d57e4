"""Observing accounts: what is listed, what that changes in memory, and when the next observation is due."""
