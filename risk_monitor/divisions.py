"""What county-level divisions are called. Pure but for the file."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec
import yaml

from risk_monitor.watch import Text


@cache
def load_divisions() -> Mapping[str, Text]:
    """Return the names of divisions by their codes of GB/T 2260."""
    source = files("risk_monitor").joinpath("divisions.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(source), dict[str, Text])


def name_of(division: str) -> Text:
    """Return what a division is called; one that has no name here by its code."""
    return load_divisions().get(division) or Text(division, division)
