"""Datasets that feed no tag, and why: data/unused.yaml."""

from functools import cache
from pathlib import Path

import msgspec

from scoring_adapter.tags.declaration import Id, Words

_FILE = Path(__file__).parent / "data" / "unused.yaml"


@cache
def load_unused() -> dict[Id, Words]:
    """Return dataset → reason, in both languages."""
    return msgspec.yaml.decode(_FILE.read_bytes(), type=dict[Id, Words])
