"""The Lambda handlers: thin shells around the domain, and the composition root."""
