"""The domain of Fleetgraph: what a cluster, an account and an observation are, whoever runs the cluster.

Imports nothing else of ours and no I/O library. Adapters, the store and the vault are promises (`adapter`, `store`,
`vault`) that other folders keep.
"""
