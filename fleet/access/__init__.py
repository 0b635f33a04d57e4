"""Who calls: authentication, API keys and their tokens."""
