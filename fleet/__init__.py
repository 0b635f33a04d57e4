"""The domain of Fleetgraph: what a cluster, an account and an observation are, whoever runs the cluster.

It imports nothing else of ours and no I/O library. What it needs from outside (an adapter, a store, a vault, a
clock) is a protocol in `fleet.ports`, which other folders implement.
"""
