"""Generated cities: rows of every dataset for some enterprises, crowded at the borders of windows and of numbers."""

from datetime import date
from itertools import count

import polars as pl

from scoring_adapter.tags.extract import LARGEST
from scoring_adapter.tags.reading import EPOCH

COMMON = ("subject", "batch", "leaf", "shown_from", "shown_to", "recorded")
ALWAYS = (-(10**6), 10**6)  # shown from, to
_AMOUNTS = (0, 1, -1, 7, 99, 100, 101, 500, -1000, 123_456_789, LARGEST - 1, 1 - LARGEST)
_LEAP = (date(2024, 2, 29), date(2020, 2, 29), date(2024, 2, 28), date(2024, 3, 1))


class City:
    """Rows by dataset, each with the columns that every table has before its own."""

    def __init__(self, catalogue, plan):
        self.catalogue, self.plan = catalogue, plan
        self.rows = {name: [] for name in plan.layouts}
        self._numbers = count()

    def add(self, dataset, subject, row, shown=ALWAYS):
        number = next(self._numbers)
        self.rows[dataset].append((subject, number // 7, number % 7, *shown, 0, *row))

    def tables(self):
        """Return the frames that an engine reads."""
        return {
            name: pl.LazyFrame(rows, [*COMMON, *self.plan.layouts[name]], orient="row", infer_schema_length=None).cast(
                pl.Int64
            )
            for name, rows in self.rows.items()
            if rows
        }

    def shown(self, subject=None):
        """Return the rows, of one enterprise or all, that may be shown on the plan's day, in the order they landed."""
        return {
            name: [row[len(COMMON) :] for row in rows if subject in {None, row[0]} and row[3] <= self.plan.day < row[4]]
            for name, rows in self.rows.items()
        }


def city(catalogue, plan, random, subjects, most):
    """Return a city where each enterprise has up to so many rows of a dataset."""
    made = City(catalogue, plan)
    for name, columns in plan.layouts.items():
        kinds = [catalogue.sources[name].columns[column] for column in columns]
        for subject in subjects:
            for _ in range(random.randint(0, most)):
                start = random.choice((ALWAYS[0], plan.day, plan.day + 1, plan.day - 5))
                shown = (start, random.choice((ALWAYS[1], plan.day, plan.day + 1)))
                made.add(name, subject, [_cell(of, plan.as_of, random) for of in kinds], shown)
    return made


def _cell(of, as_of, random):
    if random.random() < 0.15:
        return None
    cells = {
        "day": lambda: _day(as_of, random).toordinal() - EPOCH,
        "month": lambda: as_of.year * 12 + as_of.month - 1 - random.choice((*range(-1, 8), 11, 12, 13, 24, 36, 37)),
        "year": lambda: as_of.year - random.randint(-1, 4),
        "code": lambda: random.randint(0, len(of.codes)),
        "key": lambda: random.choice((1, 2, 3, 2**63 - 1)),
        "parts": lambda: random.randint(0, 4),
        "tally": lambda: random.randint(0, 4),
        "money": lambda: random.choice(_AMOUNTS),
        "number": lambda: random.choice(_AMOUNTS),
    }
    return cells.get(of.as_, lambda: random.randint(0, 1))()


def _day(as_of, random):
    """Return a day near the border of a window, a leap day, one of the future, or any."""
    months = random.choice((0, 0, 1, 3, 6, 12, 24, 36, 48, 60))
    number = as_of.year * 12 + as_of.month - 1 - months
    for day in (as_of.day, 30, 29, 28):
        try:
            border = date(number // 12, number % 12 + 1, day)
            break
        except ValueError:
            continue
    near = date.fromordinal(border.toordinal() + random.choice((-1, 0, 0, 1)))
    return random.choice((near, near, random.choice(_LEAP), date(1958, 3, 1), date(9999, 12, 31), as_of))
