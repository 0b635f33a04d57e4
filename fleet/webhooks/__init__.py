"""Webhooks: what happens in the fleet is sent to those who subscribed to it."""
