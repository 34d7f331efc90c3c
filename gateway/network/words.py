"""Shares of a network as people read them. Pure."""

from gateway.console.words import NOTHING
from scoring_adapter.network.shares import PPM


def percent(share: int | None) -> str:
    """Return a share as people read it; all of its places, for it was cut and not rounded."""
    if share is None:
        return NOTHING
    whole, places = divmod(share, PPM // 100)
    return f"{whole}.{places:04d}".rstrip("0").rstrip(".") + "%"
