"""The runner behind `make run`: the wiring of the functions with a local table, and the sandbox beside it."""
