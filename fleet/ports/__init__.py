"""What the domain needs from outside, as protocols: provider adapters, the store, the vault, the clock."""
