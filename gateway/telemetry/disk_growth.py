"""How the disk fills up: what was free at times, kept in a small file, and when it would be full at that pace.

The worker notes it each hour; what is older than two weeks is left out. A disk that was made larger, or cleared,
begins anew.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

KEPT = timedelta(days=14)
SHORTEST = timedelta(days=1)  # less says nothing about the pace
FAR = timedelta(days=3650)
CLEARED = 1.1  # so much more room than before is no mere coming and going of files
FILE = "disk.json"


class Sample(msgspec.Struct, frozen=True):
    """How many bytes were free at a moment."""

    at: datetime
    free: int


def note_free(folder: Path, now: datetime, free: int) -> None:
    """Note what is free now beside what was noted before. Raises OSError."""
    kept = [one for one in read_samples(folder) if one.at > now - KEPT]
    if kept and free > CLEARED * kept[-1].free:
        kept = []  # what was noted says nothing about it
    fresh = folder / f"{FILE}.new"
    fresh.write_bytes(msgspec.json.encode([*kept, Sample(now, free)]))
    fresh.replace(folder / FILE)


def read_samples(folder: Path) -> Sequence[Sample]:
    """Return what was noted, oldest first; nothing where there is no such file, or it is none of ours."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=list[Sample])
    except (OSError, msgspec.MsgspecError):
        return []


def full_in(samples: Sequence[Sample]) -> timedelta | None:
    """Return in how long nothing would be free at the pace of what was noted; None where not known, or never."""
    if not samples or samples[-1].at - samples[0].at < SHORTEST:
        return None
    taken = samples[0].free - samples[-1].free
    if taken <= 0:
        return None
    left = (samples[-1].at - samples[0].at) * (samples[-1].free / taken)
    return left if left < FAR else None
