"""Files that leave the house, written while they are read from the store."""
