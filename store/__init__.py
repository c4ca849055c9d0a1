"""Persistence: the tables, the statements, the migrations, the embedded server, events and jobs."""
