"""The table in DynamoDB: its schema, and the one place that calls it."""
