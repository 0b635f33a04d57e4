"""Connecting accounts, replacing their tokens, refreshing and disconnecting them."""
