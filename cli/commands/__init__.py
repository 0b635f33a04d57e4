"""The commands: each module puts its own down and runs them."""
