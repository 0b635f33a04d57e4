"""The records: clusters, accounts, changes, and what is known of them. Frozen data."""
