"""The fleet beside gateways that compose the providers' REST APIs: what they ask, and the servers that are compared."""
