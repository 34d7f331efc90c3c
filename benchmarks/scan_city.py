"""A city's column store, made by chance out of a seed: no enterprise of it exists.

python benchmarks/scan_city.py FOLDER [--subjects 300000] [--records 10000000] [--seed 1]. Every dataset that tags read
gets its share of the records. Enterprises differ in how many they have, as real ones do, and the same are busy
everywhere. A million rows are in memory at a time. FOLDER/files.json is the list of files that a gateway would keep.
"""

import math
import resource
import time
import zlib
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from pathlib import Path

import msgspec
import numpy as np
import polars as pl

from scoring_adapter.columns.files import MOST_ROWS, StoredFile, write_gone, write_rows
from scoring_adapter.columns.place import Place, open_place
from scoring_adapter.columns.schema import FIXED, held_sources, schema_of
from scoring_adapter.tags.declaration import Column, Source
from scoring_adapter.tags.load import load_tags

YEARS = 8
FOR_EVER = 2_932_896  # 9999-12-31
EPOCH = date(1970, 1, 1)
SERIES_ROWS = 1000
AMENDED = 5  # one dataset of so many has rows that were taken away or replaced
Chance = np.random.Generator


@dataclass(frozen=True)
class City:
    """How large a city is, from which seed it comes, and the last day on which something happens in it."""

    subjects: int = 20_000
    records: int = 700_000
    seed: int = 1
    last_day: date = date(2026, 11, 27)

    def number_of(self, name: str) -> int:
        """Return a number that belongs to a dataset of this city."""
        return zlib.crc32(f"{self.seed} {name}".encode())

    def shares(self, names: Iterable[str]) -> dict[str, int]:
        """Return how many records each dataset has: a few have most of them."""
        weights = {name: 1 / (1 + place) for place, name in enumerate(sorted(names, key=self.number_of))}
        whole = sum(weights.values())
        return {name: max(1, math.floor(self.records * weight / whole)) for name, weight in weights.items()}

    def spine(self) -> pl.LazyFrame:
        """Return all subjects, and the keys that others' records name them by."""
        subjects = np.arange(1, self.subjects + 1)
        return pl.LazyFrame({"subject": subjects, "named": _mixed(subjects, 31)})


def build(folder: Path, city: City, sources: Mapping[str, Source]) -> dict[str, list[StoredFile]]:
    """Write the city's store and return its files by dataset."""
    place, held, files = open_place(folder), held_sources(sources), dict[str, list[StoredFile]]()
    for name, count in city.shares(held).items():
        made = files.setdefault(name, [])
        for frame in _frames(city, name, sources, min(count, SERIES_ROWS) if held[name] else count):
            day = city.last_day - timedelta(days=len(made))
            made += write_rows(place, name, day, 1, frame.with_columns(subject=0) if held[name] else frame)
            if city.number_of(name) % AMENDED == 0 and len(made) == 1:
                made += _amended(place, name, day, frame)
    listed = msgspec.json.encode([file for of in files.values() for file in of])
    (folder / "files.json").write_bytes(listed)
    return files


def built(folder: Path) -> dict[str, list[StoredFile]]:
    """Return the files of a store that was built before, by dataset."""
    files = dict[str, list[StoredFile]]()
    for file in msgspec.json.decode((folder / "files.json").read_bytes(), type=list[StoredFile]):
        files.setdefault(file.dataset, []).append(file)
    return files


def land(
    place: Place, city: City, sources: Mapping[str, Source], subjects: np.ndarray, number: int
) -> list[StoredFile]:
    """Write one more record of each of these subjects, spread over the datasets as all are; return the files.

    `number` tells one such landing from another.
    """
    files, left = list[StoredFile](), np.random.default_rng((city.seed, number)).permutation(subjects)
    names = [name for name, nobody in held_sources(sources).items() if not nobody]
    for name, count in replace(city, records=len(subjects)).shares(names).items():
        own, left = left[:count], left[count:]
        chance = np.random.default_rng((city.seed, number, city.number_of(name)))
        maker = _Maker(city, sources[name], _linked(name, sources), chance)
        frame = maker.frame(10**6 * number + sorted(sources).index(name), len(own)).with_columns(subject=own)
        files += write_rows(place, name, city.last_day, 2 + number, frame)
    return files


def _amended(place: Place, name: str, day: date, frame: pl.DataFrame) -> Iterator[StoredFile]:
    """A later write takes some records away and brings half of them back, as seen by fewer."""
    pairs = frame.filter(pl.col("leaf") % 50 == 7).select("batch", "leaf")
    again = frame.filter(pl.col("leaf") % 100 == 7).with_columns(shown_to=pl.col("shown_from") + 365)
    yield from write_gone(place, name, day, 2, pairs)
    yield from write_rows(place, name, day, 2, again)


def _frames(city: City, name: str, sources: Mapping[str, Source], count: int) -> Iterator[pl.DataFrame]:
    """Yield the rows of a dataset, each frame a batch of the size that a file has."""
    chance, batch = np.random.default_rng((city.seed, city.number_of(name))), 1000 * sorted(sources).index(name)
    maker = _Maker(city, sources[name], _linked(name, sources), chance)
    for place, first in enumerate(range(0, count, MOST_ROWS)):
        yield maker.frame(batch + place, min(MOST_ROWS, count - first))


def _linked(name: str, sources: Mapping[str, Source]) -> dict[str, str]:
    """Key columns of a dataset that have to meet others: keys of a series, or of enterprises."""
    source, linked = sources[name], dict[str, str]()
    for other in sources.values():
        for reference in other.references.values():
            linked |= {its: "series" for its in reference.by.values() if reference.dataset == name}
    linked |= {ours: "series" for reference in source.references.values() for ours in reference.by}
    return linked | {other.key: "enterprise" for other in source.others.values()}


@dataclass(frozen=True)
class _Maker:
    """What makes rows of one dataset."""

    city: City
    source: Source
    linked: Mapping[str, str]
    chance: Chance

    def frame(self, batch: int, count: int) -> pl.DataFrame:
        """A batch; half of its records are not shown for ever."""
        today, chance = (self.city.last_day - EPOCH).days, self.chance
        subject = _busy(self.city, chance, count)
        day = today - np.floor(365 * YEARS * chance.random(count) ** 1.5).astype(np.int64)
        recorded = np.minimum(day + chance.integers(0, 60, count), today)
        shown_to = np.where(chance.random(count) < 0.5, np.maximum(day + 1096, recorded + 1), FOR_EVER)
        fixed = (subject, np.full(count, batch), np.arange(count), recorded, shown_to, recorded)
        columns = {name: self._column(name, subject, day) for name in self.source.columns}
        told = dict(zip(FIXED, fixed, strict=True)) | columns
        return pl.DataFrame(told, schema=schema_of(list(columns)))

    def _column(self, name: str, subject: np.ndarray, day: np.ndarray) -> pl.Series:
        """A tenth of the cells is empty, but for the time that windows go by."""
        column, count, chance = self.source.columns[name], len(day), self.chance
        if name == self.source.at:
            return pl.Series(name, MAKERS[column.as_](chance, column, subject, day), dtype=pl.Int64)
        if column.as_ == "key" and name in self.linked:
            values = LINKED[self.linked[name]](chance, self.city, count)
        else:
            values = MAKERS[column.as_](chance, column, subject, day + chance.integers(-400, 1200, count))
        return pl.Series(name, values, dtype=pl.Int64).set(pl.Series(chance.random(count) < 0.1), None)


def _busy(city: City, chance: Chance, count: int) -> np.ndarray:
    """Subjects of so many rows; few have many, and the same ones in every dataset."""
    place = np.floor(city.subjects * chance.random(count) ** 2).astype(np.int64)
    step = int(city.subjects * 0.618) | 1
    while math.gcd(step, city.subjects) > 1:
        step += 2
    return 1 + place * step % city.subjects


def _money(chance: Chance, _: Column, subject: np.ndarray, __: np.ndarray) -> np.ndarray:
    """Fen: the middle at about 50,000 yuan, the largest ten billion; a fiftieth is negative."""
    fen = np.minimum(np.exp(chance.normal(15.5, 2.2, len(subject))), 1e12).astype(np.int64)
    return np.where(chance.random(len(subject)) < 0.02, -fen, fen)


def _mixed(subject: np.ndarray, among: np.ndarray | int) -> np.ndarray:
    """What stands for the digest of one of a subject's 32 texts."""
    seeds = subject.astype(np.uint64) * np.uint64(32) + np.asarray(among).astype(np.uint64)
    mixed = (seeds ^ (seeds >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    return ((mixed ^ (mixed >> np.uint64(27))) >> np.uint64(1)).astype(np.int64)


def _key(chance: Chance, _: Column, subject: np.ndarray, __: np.ndarray) -> np.ndarray:
    """A document of thirty of the subject's own: several records and datasets have the same."""
    return _mixed(subject, chance.integers(0, 30, len(subject)))


def _number(chance: Chance, column: Column, subject: np.ndarray, _: np.ndarray) -> np.ndarray:
    return np.exp(chance.normal(3, 1.5, len(subject))).astype(np.int64) * 10**column.digits


def _up_to(most: int) -> Callable[[Chance, Column, np.ndarray, np.ndarray], np.ndarray]:
    return lambda chance, column, subject, _: chance.integers(0, max(most, len(column.codes)) + 1, len(subject))


LINKED: dict[str, Callable[[Chance, City, int], np.ndarray]] = {
    "series": lambda chance, _, count: _mixed(np.zeros(count), chance.integers(0, 12, count)),
    "enterprise": lambda chance, city, count: _mixed(chance.integers(1, city.subjects + 1, count), 31),
}
MAKERS: dict[str, Callable[[Chance, Column, np.ndarray, np.ndarray], np.ndarray]] = {
    "day": lambda _, __, ___, day: day,
    "month": lambda _, __, ___, day: 1970 * 12 + day * 12 // 365,
    "year": lambda _, __, ___, day: 1970 + day // 365,
    "money": _money, "number": _number, "key": _key, "parts": _up_to(12), "tally": _up_to(3), "code": _up_to(1),
    "class": _up_to(20), "flag": _up_to(1), "words": _up_to(1), "begins": _up_to(1), "holds": _up_to(1),
    "same": _up_to(1),
}  # fmt: skip


def arguments_of(parser: ArgumentParser) -> City:
    """Return the city that a command line asks for."""
    asked = vars(parser.parse_args())
    return City(**{field.name: asked[field.name] for field in fields(City) if field.name in asked})


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--subjects", type=int, default=300_000)
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1)
    started, city = time.perf_counter(), arguments_of(parser)
    files = [file for of in build(parser.parse_args().folder, city, load_tags().sources).values() for file in of]
    print(f"{sum(file.row_count for file in files):,} rows in {len(files)} files, "
          f"{sum(file.size for file in files) / 1e6:.0f} MB, {time.perf_counter() - started:.0f} s, "
          f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")  # fmt: skip
