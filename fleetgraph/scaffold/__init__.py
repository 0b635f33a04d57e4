"""The files of a new provider, with a sentence for each open decision."""
