"""The store over one table: rows, names, conditions, and the roles that read and write them."""
