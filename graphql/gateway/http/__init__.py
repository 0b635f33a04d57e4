"""GraphQL over HTTP: requests, answers, their headers and error codes."""
