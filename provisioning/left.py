"""What an edit does not touch."""


class Left:
    """Stands for what an edit leaves as it is, where None is a value of its own."""


LEFT = Left()
"""The one of its kind."""
