"""Fleetgraph for those who extend it: what a provider of your own is held to. Nothing that runs imports it."""
