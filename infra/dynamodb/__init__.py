"""The table in DynamoDB: its schema and its calls. Nothing else calls DynamoDB."""
