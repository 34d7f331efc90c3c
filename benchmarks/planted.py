"""The watch and a learned model on a city with a planted history: what each finds of those that go bad, and how early.

python benchmarks/planted.py [--subjects 300000] [--seed 1] [--rate 0.005] [--alike 4] [--store FOLDER] [--python P]

The model learns from what was known on two days of 2024 and who went bad in the year after each; all is tried on
2025-11-30 and the year after. For leads they look every 30 days of that year, each time at 1.5 %. Beside stand the
figures of chance, and of somebody who is told who declines, though not who recovers: no order by symptoms does better.
The city is described in planted_city.py; it is kept where --store names a folder. --json ends with one object.
"""

import json
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from planted_city import EPOCH, INDUSTRIES, NEVER, City, Plant, plant
from planted_symptoms import build
from risk import NO_SITES
from scan_city import built

from gateway.risk.comparing import compare, orders_of
from gateway.risk.labelled import read_labelled
from gateway.risk.learning import learn, learnable
from gateway.risk.measuring import TIES, Stand
from gateway.risk.pieces import judge_pieces
from risk_monitor.contagion import Links
from risk_monitor.learned import Learned, in_turn, order_of, points_of, write_learned
from risk_monitor.load import load_watch
from scoring_adapter.columns.place import open_place
from scoring_adapter.columns.view import view
from scoring_adapter.narrowed import narrowed
from scoring_adapter.tags.catalogue import TagCatalogue
from scoring_adapter.tags.load import load_tags
from scoring_adapter.tags.plan import plan as plan_of

LEARNED_ON, TRIED_ON, YEAR = (date(2024, 5, 31), date(2024, 11, 30)), date(2025, 11, 30), 365
LOOKS, EVERY, BUDGET_PPM = 12, 30, 15_000
JOB_PYTHON = Path(__file__).parents[1] / ".venv-modeling/bin/python"
Orders = dict[str, np.ndarray]


def readable() -> TagCatalogue:
    """Return the tags that a model may learn from here: those of the watch, and others of records of the same kinds."""
    tags, watch = load_tags(), load_watch()
    kinds = narrowed(tags, watch.tags).sources.keys()
    more = [name for name in learnable() if narrowed(tags, [name]).sources.keys() <= kinds]
    return narrowed(tags, [*watch.tags, *more])


class Seen:
    """The city as it is seen on a day: nothing that landed later."""

    def __init__(self, store: Path, city: City, hidden: Plant) -> None:
        self.store, self.city, self.hidden, self.watch = store, city, hidden, load_watch()
        self._tags = readable()
        layouts = plan_of(self._tags, city.last).layouts
        place, files = open_place(store), built(store)
        self.tables = {name: view(place, files.get(name, ()), columns) for name, columns in layouts.items()}
        grouped = np.flatnonzero(hidden.group)
        self._links = {name: Links(np.empty(0, np.int64), np.empty(0, np.int64)) for name in TIES}
        self._links["near_leads"] = Links(grouped + 1, -hidden.group[grouped])

    def on(self, day: date) -> list[Any]:
        """Return the pieces of everybody, judged as of a day."""
        numbers = np.arange(1, self.city.subjects + 1)
        everybody = pl.DataFrame({"subject": numbers, "named": numbers})
        return list(judge_pieces(self.watch, Stand(day, self._tags, {}, self.tables, everybody, self._links, NO_SITES)))

    def table(self, day: date) -> pl.DataFrame:
        """Return those without an act on a day: measures, industry, and what came in the year after."""
        frames = []
        for piece in self.on(day):
            measures = {
                name: pl.Series(name, values, pl.Int64).set(pl.Series(~piece.measures.given[name]), None)
                for name, values in piece.measures.values.items()
            }
            frames.append(pl.DataFrame({"subject": piece.subjects, **measures}))
        frame, act, now = pl.concat(frames), self.hidden.act, (day - EPOCH).days
        days = act[frame["subject"].to_numpy() - 1] - now
        bad = (days > 0) & (days <= YEAR)
        named = np.array(list(INDUSTRIES))[self.hidden.industry[frame["subject"].to_numpy() - 1]]
        told = frame.with_columns(
            outcome=bad.astype(np.int64), days=pl.Series(np.where(bad, days, 0)), industry=pl.Series(named),
            train=(pl.col("subject") % 10 < 7).cast(pl.Int64), period=pl.lit(day.isoformat()),
        )  # fmt: skip
        return told.filter(pl.Series(days > 0))

    def declining(self, day: date, subjects: np.ndarray) -> np.ndarray:
        """Tell who of these declines on a day and shows it."""
        now, at = (day - EPOCH).days, subjects - 1
        hidden = self.hidden
        return (hidden.onset[at] <= now) & (now <= hidden.over[at]) & (hidden.troubled[at] > 0)


def leads(seen: Seen, model: Learned) -> dict[str, dict[str, Any]]:
    """Return, for each way of looking once a month, how many it named before the act in a year, and how early."""
    first, act = (TRIED_ON - EPOCH).days, seen.hidden.act
    bad = np.flatnonzero((act > first) & (act <= first + YEAR))
    named: dict[str, np.ndarray] = {}
    looked: dict[str, set[int]] = {}
    for look in range(LOOKS):
        now = first + EVERY * look
        for way, everybody in _orders(seen, model, TRIED_ON + timedelta(days=EVERY * look)).items():
            order = everybody[act[everybody - 1] > now]
            top = order[: len(order) * BUDGET_PPM // 1_000_000]
            since = named.setdefault(way, np.full(seen.city.subjects, NEVER))
            since[top - 1] = np.minimum(since[top - 1], now)
            looked.setdefault(way, set()).update(top.tolist())
    told = {}
    for way, since in named.items():
        early = act[bad] - since[bad]
        told[way] = {
            "looked_at": len(looked[way]), "bad": len(bad), "found": int((early > 0).sum()),
            "median_lead_days": int(np.median(early[early > 0])),
            "lead_90_days_or_more": round(float((early[early > 0] >= 90).mean()), 3),
        }  # fmt: skip
    return told


def _orders(seen: Seen, model: Learned, day: date) -> Orders:
    """Return the numbers of everybody as each way of looking has them in order; by chance as well."""
    subjects, ranks, scores, points = [], [], [], []
    for piece in seen.on(day):
        subjects.append(piece.subjects)
        ranks.append(piece.judged.rank)
        scores.append(piece.judged.scores.sum(axis=1))
        points.append(points_of(model, piece.measures)[0])
    numbers = np.concatenate(subjects)
    rules = np.lexsort((numbers, -np.concatenate(scores), -np.concatenate(ranks).astype(np.int64)))
    learned = order_of(np.concatenate(points), numbers)
    lot = np.random.default_rng(day.toordinal()).permutation(len(numbers))
    places = {"rules": rules, "model": learned, "both": in_turn([rules, learned]), "chance": lot}
    return {way: numbers[place] for way, place in places.items()}


def run(asked: Namespace, store: Path) -> dict[str, Any]:
    """Build the city, learn, compare, look."""
    city = City(asked.subjects, asked.seed, asked.rate, asked.alike)
    hidden = plant(city)
    if not (store / "files.json").exists():
        build(store, city, hidden, dict(readable().sources))
        hidden.outcomes().write_parquet(store / "outcomes.parquet")
    seen = Seen(store, city, hidden)
    learned_on, tried_on = pl.concat([seen.table(day) for day in LEARNED_ON]), seen.table(TRIED_ON)
    learned_on.drop("subject").write_parquet(store / "learned_on.parquet")
    tried_on.drop("subject", "train").write_parquet(store / "tried_on.parquet")
    made = learn(seen.watch, read_labelled(store / "learned_on.parquet"), 1, python=asked.python)
    (store / "model.yaml").write_text(write_learned(made.model), "utf-8")
    table = read_labelled(store / "tried_on.parquet")
    declining = seen.declining(TRIED_ON, tried_on["subject"].to_numpy())
    looked_at = len(tried_on) * BUDGET_PPM // 1_000_000
    return {
        "city": {"subjects": city.subjects, "seed": city.seed, "rate": city.rate, "alike": city.alike},
        "model": dict(made.told), "tried": compare(seen.watch, made.model, table),
        "chance_ppm": _ppm(table.bad), "declining": int(declining.sum()),
        "bad_of_declining_ppm": _ppm(table.bad[declining]), "declining_of_bad_ppm": _ppm(declining[table.bad]),
        "declining_of_looked_at_ppm": {
            way: _ppm(declining[order[:looked_at]]) for way, order in orders_of(seen.watch, made.model, table).items()
        },
        "monthly": leads(seen, made.model) if asked.leads else None,
    }  # fmt: skip


def _ppm(those: np.ndarray) -> int:
    return round(1_000_000 * float(those.mean()))


def main() -> None:
    """Read the command line, run, and print the figures."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--subjects", type=int, default=300_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=0.005)
    parser.add_argument("--alike", type=float, default=4.0)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--python", default=str(JOB_PYTHON))
    parser.add_argument("--no-leads", dest="leads", action="store_false")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="xinqiao-bench-") as folder:
        told = run(asked, asked.store or Path(folder))
    if asked.json:
        print(json.dumps(told))
        return
    print(f"rows {told['tried']['rows']}, bad {told['tried']['bad']}, chance {told['chance_ppm'] / 1e4:.2f} %")
    print({name: told[name] for name in told if "declining" in name})
    print(f"model {told['model']['auc']}, {told['model']['trees']} trees, {len(told['model']['measures'])} measures")
    for of, found in (("all", told["tried"]["all"]), ("hard", told["tried"]["hard"]["found"])):
        for way, rows in found.items():
            for one in rows:
                shares = [f"{(one[f'{name}_ppm'] or 0) / 1e4:.2f} %" for name in ("budget", "precision", "recall")]
                print(of, way, *shares, {name: one[name] for name in ("looked_at", "found", "lead_days")})
    for way, one in (told["monthly"] or {}).items():
        print(f"monthly {way:6} {one}")


if __name__ == "__main__":
    sys.exit(main())
