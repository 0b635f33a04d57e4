"""The output types of the schema. A graph has cycles by nature; they are all in this package."""
