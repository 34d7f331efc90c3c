"""A private home with the embedded database, gone when the measurement ends."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.runtime.embedded import lease, release


@contextmanager
def place() -> Iterator[Path]:
    """Yield a folder to measure in; its database runs."""
    with tempfile.TemporaryDirectory(prefix="xinqiao-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the database runs under an account of its own
        lease(folder)
        try:
            yield folder
        finally:
            release(folder)
