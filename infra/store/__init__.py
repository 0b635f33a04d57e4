"""The store over one table: rows, names, conditions, and the parts of the store."""
