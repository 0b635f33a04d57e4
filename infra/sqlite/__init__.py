"""The table in a file of SQLite, for a single machine: its schema, and the one place that calls it."""
