"""Tables of enterprises whose outcome is known, as the risk watch reads them: tags, and what the network gives.

As for cards (scoring_adapter/modeling/table.py), with columns more: near_… (how many at risk an enterprise is tied to),
site_… (of how many of its platforms something stands out), and `days`, of those that went bad, from the day that
measures are of to the first official act.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gateway.watches.measures import known_measures
from risk_monitor.judging import Measures
from scoring_adapter.modeling.table import Labelled, read_table
from scoring_adapter.tags.load import load_tags

DAYS, INDUSTRY = "days", "industry"


def read_labelled(path: Path) -> Labelled:
    """Read a table. Raises ModelError that says what is wrong with it."""
    return read_table(path, load_tags(), {*known_measures(), DAYS})


def measures_of(names: Sequence[str], table: Labelled) -> Measures:
    """Return these measures of a table's enterprises; what is no column has no value."""
    values, given = table.values(names)
    return Measures(
        {name: values[:, at] for at, name in enumerate(names)}, {name: given[:, at] for at, name in enumerate(names)}
    )


def leads_of(table: Labelled) -> NDArray[np.int64] | None:
    """Return for how many days there was still time, of those that went bad; None where the table does not say."""
    return table.frame[DAYS].fill_null(0).to_numpy() if DAYS in table.frame.columns else None
