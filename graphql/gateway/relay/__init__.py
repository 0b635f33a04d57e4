"""What Relay asks of a schema: global IDs, connections and opaque cursors."""
