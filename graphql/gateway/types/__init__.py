"""The output types of the schema. Types of a graph refer to each other; all such cycles are in this package."""
