"""The folder that files arrive in, before they are taken in."""

from pathlib import Path


def spool_of(home: Path) -> Path:
    """Return the folder in an instance's home, made where there is none; nobody but this account reads in it."""
    spool = home / "spool"
    spool.mkdir(parents=True, exist_ok=True, mode=0o700)
    return spool
