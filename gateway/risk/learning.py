"""A model of risk learned from a table of known outcomes, in a process of its own, and replayed by our own program."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import risk_monitor
from gateway.risk.labelled import measures_of
from risk_monitor.learned import ALL_PPM, Learned, chance_of, points_of, read_learned
from risk_monitor.watch import Watch
from scoring_adapter.errors import ModelError
from scoring_adapter.modeling.fitting import training_rows
from scoring_adapter.modeling.running import run_job, verify_replay
from scoring_adapter.modeling.table import Labelled
from scoring_adapter.tags.load import load_tags

JOB = Path(risk_monitor.__file__).with_name("learn_job.py")
DAYS = 365
WORSE = "-"  # the direction of a tag that is worse the higher it is


@dataclass(frozen=True)
class Terms:
    """How a model is learned: trees of so many leaves at most, of at least so many enterprises each."""

    most_trees: int = 400
    leaves: int = 8
    least_rows: int = 40
    seed: int = 0


@dataclass(frozen=True)
class Learning:
    """A model, and what is known of how it was learned: kept beside it as JSON."""

    model: Learned
    told: Mapping[str, Any]


def learnable() -> list[str]:
    """Return the tags that a model may learn from besides those of the rules."""
    return [tag.id for tag in load_tags().tags if tag.direction == WORSE]


def learn(
    watch: Watch, table: Labelled, version: int, days: int = DAYS, terms: Terms | None = None, python: str = ""
) -> Learning:
    """Learn from what the watch reads of enterprises, and from what else a table has that is worse the higher it is.

    Raises ModelError: where the table has none of the measures, where the job fails, or where one answer of it is not
    what our own program answers.
    """
    asked = terms or Terms()
    train = training_rows(table)
    names = [name for name in _readable(watch, table) if _tells(table, name, train, asked.least_rows)]
    if not names:
        raise ModelError(
            "表中没有越高越坏的指标，或都一样 the table has no measure that is worse the higher it is, and differs"
        )
    values, given = table.values(names)
    arrays = {"values": np.where(given, values, np.nan), "bad": table.bad, "train": train}
    found, (points, chances) = run_job(python, JOB, asdict(asked) | {"measures": names}, arrays, ["points", "chances"])
    if not found["parts"]:
        raise ModelError("没有指标能区分好坏 no measure tells those that go bad from others")
    raw = {"version": version, "days": days, **{name: found[name] for name in ("base", "parts", "chances")}}
    model = read_learned(json.dumps(raw))
    own, _ = points_of(model, measures_of(model.measures, table))
    off = np.abs(chance_of(model, own) - chances * ALL_PPM) > 1  # by more than a millionth
    verify_replay(own, points, (own != points) | off)
    return Learning(model, {
        "version": version, "digest": model.digest, "watch": watch.digest, "terms": asdict(asked), "days": days,
        "rows": {"learned_from": int(train.sum()), "held_out": int((~train).sum()), "bad": int(table.bad.sum())},
        "auc": found["auc"], "trees": found["trees"], "measures": list(model.measures),
    })  # fmt: skip


def _readable(watch: Watch, table: Labelled) -> list[str]:
    """Return the columns to learn from: those of the watch, then tags declared as worse the higher they are."""
    return [name for name in dict.fromkeys([*watch.measures, *learnable()]) if name in table.tags]


def _tells(table: Labelled, name: str, train: NDArray[np.bool_], least: int) -> bool:
    """Tell whether enough rows that are learned from have a value other than the one that most have."""
    values, given = table.values([name])
    _, counts = np.unique(values[train & given[:, 0], 0], return_counts=True)
    return len(counts) > 1 and int(counts.sum() - counts.max()) >= least
