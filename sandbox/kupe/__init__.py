"""Kupe Cloud: tenants, clusters known by name, ETags, generations."""
