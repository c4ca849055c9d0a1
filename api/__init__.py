"""The edge: the web, the command line, the worker, and the only place where objects are built and joined."""
