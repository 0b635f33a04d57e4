from adapters.qovery.adapter import QoveryAdapter

__all__ = ["QoveryAdapter"]
