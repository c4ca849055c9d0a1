"""What a number is: its parts, its numbering plan, ranges of it, and the repairs it may ask for."""
