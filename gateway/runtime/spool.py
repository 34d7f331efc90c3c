"""The folder that deliveries arrive in, before they are taken in."""

from pathlib import Path

from gateway.gateway import Gateway


def spool_of(gateway: Gateway) -> Path:
    """Return the folder, made where there is none; nobody but this account reads in it."""
    spool = gateway.settings.instance_home / "spool"
    spool.mkdir(parents=True, exist_ok=True, mode=0o700)
    return spool
