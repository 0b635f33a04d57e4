"""Reading the memory: pages over the whole fleet, and the part of it that a caller may see."""
