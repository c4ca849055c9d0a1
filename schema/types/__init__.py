"""The object types, a file for each corner of the house."""
