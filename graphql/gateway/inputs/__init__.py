"""The input types of the schema, and their conversion to records of the domain."""
