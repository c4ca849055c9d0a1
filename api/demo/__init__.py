"""The demo: the main job end to end, through the public API alone."""
