"""The inputs, each of which converts itself to what the rules take."""
