"""Qovery: organizations, clusters that are listed whole, statuses beside them, credentials of five clouds."""
