"""The demonstration: the main job once, end to end, over real processes, and every claim read back by its receiver."""
