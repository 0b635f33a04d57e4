"""What the command asks: GraphQL documents, each whole. A test holds every one of them against the schema."""
