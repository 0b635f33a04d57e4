from adapters.northflank.adapter import NorthflankAdapter

__all__ = ["NorthflankAdapter"]
