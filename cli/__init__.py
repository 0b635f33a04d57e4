"""`fleetgraph`, the command: a client of any Fleetgraph, by URL and key. Imports nothing of ours."""

__version__ = "0.1.0"
