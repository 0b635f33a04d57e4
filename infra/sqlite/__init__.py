"""The table in an SQLite file, for a single computer: its schema and its calls. Nothing else calls SQLite."""
