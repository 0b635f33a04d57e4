"""Relay's conventions: global IDs, connections and opaque cursors."""
