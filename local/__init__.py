"""The runner behind `make run`: the wiring of the functions over a local table, the sandbox started beside it."""
