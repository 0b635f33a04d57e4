"""Northflank: personal and team scope, integrations, clusters with pools and nodes, two ways of paging."""
