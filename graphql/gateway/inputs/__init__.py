"""Input types of the schema, and how they become records of the domain."""
