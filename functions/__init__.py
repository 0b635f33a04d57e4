"""The Lambda handlers, and the composition root."""
