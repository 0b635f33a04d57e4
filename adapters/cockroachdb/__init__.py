from adapters.cockroachdb.adapter import CockroachdbAdapter

__all__ = ["CockroachdbAdapter"]
