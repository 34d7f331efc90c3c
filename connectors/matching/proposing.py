"""Which enterprises of a register each name may be of: asked of Splink, in an environment of its own (match_job.py)."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from connectors.errors import ConnectorError
from connectors.matching.names import NameParts, find_places, parts_of
from signing.canonical import sha256_hex

JOB = Path(__file__).with_name("match_job.py")
MOST_SECONDS = 6 * 3600
MOST = 3  # enterprises proposed for a name: beside more, nobody sees which it is
LEAST_WEIGHT = -2.0  # log2 of the odds; docs/matching.md says how often which weight is right
EXPECTED = 0.5  # how many of the names are expected to be in the register at all
_LINES = 3
_COLUMNS = ("unique_id", *NameParts._fields, "district")


class MatchingError(ConnectorError):
    """The names could not be compared."""


class Named(NamedTuple):
    """A name to be compared, under an id of the asker's; `district` is of six digits, "" where no code tells it."""

    id: str
    name: str
    district: str = ""


@dataclass(frozen=True)
class Candidate:
    """An enterprise that a name may be of: how much speaks for it, and how each part of the two names compares."""

    wanted: str
    subject: str
    weight: float
    levels: Mapping[str, str]


@dataclass(frozen=True)
class Compared:
    """What a comparison found: from which names (a digest of all that went in), and by which versions."""

    candidates: list[Candidate]
    digest: str
    versions: Mapping[str, str]


def compare(
    wanted: Sequence[Named], register: Sequence[Named], python: str = "", least: float = LEAST_WEIGHT
) -> Compared:
    """Compare names that wait with those of a register. Raises MatchingError."""
    program = python or _own_python()
    places = find_places(one.name for one in register)
    tables = {"wanted": _table(wanted, places), "register": _table(register, places)}
    ask = {"most": MOST, "least_weight": least, "expected": EXPECTED}
    digest = sha256_hex(json.dumps([ask, *(table.rows() for table in tables.values())]).encode() + JOB.read_bytes())
    if not wanted or not register:
        return Compared([], digest, {})
    found = _run(program, ask, tables)
    return Compared([Candidate(**one) for one in found["found"]], digest, found["versions"])


def _own_python() -> str:
    if find_spec("splink") is None:
        raise MatchingError("没有 Splink there is no Splink：pip install 'xinqiao[modeling]'，或 or --python")
    return sys.executable


def _table(named: Sequence[Named], places: frozenset[str]) -> pl.DataFrame:
    """Return the names in their parts, in the order of their ids."""
    rows = sorted((one.id, *parts_of(one.name, places), one.district) for one in named)
    return pl.DataFrame(rows, dict.fromkeys(_COLUMNS, pl.String), orient="row")


def _run(program: str, ask: Mapping[str, Any], tables: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    # Names of persons may be among them: a folder that nobody else can enter, gone with the run.
    with tempfile.TemporaryDirectory(prefix="xinqiao-match-") as name:
        folder = Path(name)
        (folder / "ask.json").write_text(json.dumps(ask), "utf-8")
        for side, table in tables.items():
            table.write_parquet(folder / f"{side}.parquet")
        try:
            done = subprocess.run(
                [program, str(JOB), str(folder)], capture_output=True, text=True, check=False, timeout=MOST_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as fault:
            raise MatchingError(f"比对未完成 the comparison did not end: {type(fault).__name__}") from fault
        if done.returncode:
            said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
            raise MatchingError(f"比对失败 the comparison failed: {' '.join(said[-_LINES:])}")
        answer: dict[str, Any] = json.loads((folder / "found.json").read_text("utf-8"))
        return answer
