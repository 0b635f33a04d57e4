"""The GraphQL documents of the command. A test validates each against the schema."""
