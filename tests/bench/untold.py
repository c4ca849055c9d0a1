"""The server without what row-level security takes of it: it tells no scope. For the benchmark only."""

import sys

from api.cli import main
from store.connection import ScopedConnection

if __name__ == "__main__":
    ScopedConnection.scope = property(lambda _: None, lambda _, __: None)  # type: ignore[assignment]  # nobody's, whoever asks
    sys.argv = ["numberline", "serve"]
    main()
