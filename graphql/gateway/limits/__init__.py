"""Limits: the cost of a query, the size of a document, and which documents are known."""
