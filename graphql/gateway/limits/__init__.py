"""What a query may cost, how large a document may be, and which documents are trusted."""
