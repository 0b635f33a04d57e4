"""`make bench`: how fast it answers, beside its peers."""
