"""Tables of enterprises whose outcome is known, as the risk watch reads them: tags, and what the network gives.

As for cards (scoring_adapter/modeling/table.py), with columns more: near_… (how many at risk an enterprise is tied to),
and `days`, of those that went bad, from the day that measures are of to the first official act.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gateway.risk.measuring import TIES
from risk_monitor.judging import Measures
from risk_monitor.watch import Watch
from scoring_adapter.modeling.table import Labelled, read_table
from scoring_adapter.tags.load import load_tags

DAYS, INDUSTRY = "days", "industry"


def read_labelled(path: Path) -> Labelled:
    """Read a table. Raises ModelError that says what is wrong with it."""
    return read_table(path, load_tags(), {*TIES, DAYS})


def measures_of(watch: Watch, table: Labelled) -> Measures:
    """Return what the watch reads of a table's enterprises; what is no column has no value."""
    values, given = table.values(watch.measures)
    return Measures(
        {name: values[:, at] for at, name in enumerate(watch.measures)},
        {name: given[:, at] for at, name in enumerate(watch.measures)},
    )


def leads_of(table: Labelled) -> NDArray[np.int64] | None:
    """Return for how many days there was still time, of those that went bad; None where the table does not say."""
    return table.frame[DAYS].fill_null(0).to_numpy() if DAYS in table.frame.columns else None
