"""A town whose enterprises go bad by a rule that is written down here: 6,000 of them, the same each time."""

from functools import cache

import numpy as np
import polars as pl

from scoring_adapter.card import load_card
from scoring_adapter.modeling.table import read_table
from scoring_adapter.tags.load import load_tags

ROWS = 6_000


@cache
def frame():
    """Return it: what weighs in the odds of going bad stands in one line."""
    draw = np.random.default_rng(11)
    fines, age = draw.poisson(0.6, ROWS), draw.integers(0, 25, ROWS)
    arrears = np.where(draw.random(ROWS) < 0.15, (10 ** draw.uniform(3, 8, ROWS)).astype(np.int64), 0)
    grade, debts = draw.choice([1, 2, 3, 4, 5], ROWS, p=[0.05, 0.1, 0.15, 0.4, 0.3]), draw.normal(6500, 2000, ROWS)
    odds = -3.2 + 0.6 * fines + 0.35 * np.log1p(arrears / 1e4) - 0.06 * age - 0.4 * (grade - 3) + (debts - 6500) / 5000
    none = lambda column, share: pl.Series(column).cast(pl.Int64).set(pl.Series(draw.random(ROWS) < share), None)  # noqa: E731
    return pl.DataFrame({
        "outcome": (draw.random(ROWS) < 1 / (1 + np.exp(-odds))).astype(int), "pen_cnt_1y": none(fines, 0),
        "pen_cnt_3y": none(fines + draw.poisson(0.2, ROWS), 0), "tax_arrears_balance": none(arrears, 0.05),
        "reg_age_y": none(age, 0.02), "ar_debt_ratio": none(debts, 0.2), "tax_grade_latest": none(grade, 0.1),
        "hn_count_3y": none(draw.poisson(0.1, ROWS), 0), "abn_now": none(np.zeros(ROWS), 0),
        "industry": draw.choice(["C", "F", "J"], ROWS, p=[0.6, 0.398, 0.002]),
    })  # fmt: skip


def town(folder, table=None):
    """Return the town as it is read from a file."""
    path = folder / "town.parquet"
    (frame() if table is None else table).write_parquet(path)
    return read_table(path, load_tags())


def small_card():
    """A card of two tags without families, that knows enough of whoever has either."""
    import msgspec

    card = load_card()
    entries = [
        msgspec.structs.replace(one, family="") for one in card.entries if one.tag in {"pen_cnt_1y", "tax_grade_latest"}
    ]
    dimensions = {code: msgspec.structs.replace(of, evidence=0) for code, of in card.dimensions.items()}
    return msgspec.structs.replace(card, entries=entries, families={}, dimensions=dimensions, version=9)
