from adapters.kupe.adapter import KupeAdapter

__all__ = ["KupeAdapter"]
