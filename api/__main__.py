"""`python -m api` is `numberline`."""

from api.cli import main

main()
