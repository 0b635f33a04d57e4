"""The soak: a whole Fleetgraph that is queried without a pause, and what it uses meanwhile."""
