"""Bringing numbers to Control Hub: the plan decides, the run does, the record writes down."""
