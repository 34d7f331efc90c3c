"""Baselines of platforms tried on made-up ones: planted spikes and silences found, how late, and false alarms.

python benchmarks/baselines.py [--sites 1000] [--days 365] [--seed 1] [--json]

Every platform has its own size, week, trend and scatter; counts are over-dispersed (a Poisson whose mean is drawn anew
each day from a gamma distribution); single days are missing, and on a few days the feed says nothing of anybody. What
is planted, and where, stands in a list that the rules never see. It counts as found where a finding of its kind and
series opens on its first day or after; the delay is in days from its first day. Any other finding is a false alarm.
"""

import json
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from risk_monitor.baselines import bands
from risk_monitor.site_findings import Day, Finding, Key, left_out, step
from risk_monitor.site_names import SERIES, FindingKind, SeriesName
from risk_monitor.site_rules import (
    QUORUM_PERCENT,
    RULES,
    WINDOW_DAYS,
    rules_digest,
)

FIRST = date(2025, 1, 1)
QUIET = 90  # days before the first plant, and between two of one platform
LATEST = 1  # a delay of so many days is still in time


@dataclass(frozen=True)
class Plant:
    """Something out of the ordinary: of a platform, from a day on, for so many days, so strong (in percent)."""

    site: int
    series: SeriesName
    kind: FindingKind
    at: int
    days: int
    percent: int


@dataclass
class Made:
    """Figures by series, where there is one, and what was planted."""

    values: dict[SeriesName, NDArray[np.int64]]
    given: dict[SeriesName, NDArray[np.bool_]]
    plants: list[Plant]


# What is planted: of which series, in which way, and between which strengths, in percent of what would have been.
PLANTED: Sequence[tuple[SeriesName, FindingKind, int, int]] = (
    ("traffic", "spike", 300, 1000), ("traffic", "fall", 0, 8), ("traffic", "unreported", 0, 0),
    ("pages", "fall", 0, 25), ("complaints", "spike", 0, 0), ("opinion", "spike", 0, 0),
)  # fmt: skip
_MEANS: Mapping[SeriesName, tuple[float, float]] = {
    "traffic": (5.5, 11.5), "pages": (4.0, 8.0), "complaints": (-2.0, 1.5), "opinion": (-2.5, 2.5),
}  # fmt: skip


def make(sites: int, days: int, seed: int) -> Made:
    """Make platforms: what is ordinary of each, then what is planted."""
    chance = np.random.default_rng(seed)
    weekday = np.arange(days) % 7
    values: dict[SeriesName, NDArray[np.int64]] = {}
    given: dict[SeriesName, NDArray[np.bool_]] = {}
    silent = chance.choice(np.arange(QUIET, days), max(1, days // 120), replace=False)
    missing = chance.random((sites, days)) < chance.uniform(0, 0.02, (sites, 1))
    missing[:, silent] = True
    plants = _plants(chance, sites, days)
    for name, (low, high) in _MEANS.items():
        level = np.exp(chance.uniform(low, high, (sites, 1)))
        week = np.exp(chance.normal(0, 0.02 if name == "pages" else 0.2, (sites, 7)))[:, weekday]
        trend = np.exp(chance.normal(0, 0.0015, (sites, 1)) * np.arange(days))
        mean = level * week * trend
        scatter = chance.uniform(0.02, 0.04 if name == "pages" else 0.30, (sites, 1))  # beyond that of counts
        for one in plants:
            if one.series == name:
                _plant(chance, mean, one)
        values[name] = chance.poisson(mean * chance.gamma(1 / scatter**2, scatter**2, (sites, days)))
        given[name] = np.ones((sites, days), np.bool_) if name == "opinion" else ~missing
    for one in plants:
        if one.kind == "unreported":
            for name in ("traffic", "pages", "complaints"):
                given[name][one.site, one.at : one.at + one.days] = False
    return Made(values, given, plants)


def _plants(chance: np.random.Generator, sites: int, days: int) -> list[Plant]:
    found = []
    for site in range(sites):
        at = QUIET + int(chance.integers(0, QUIET))
        while at < days - LATEST - 1:
            name, kind, low, high = PLANTED[int(chance.integers(0, len(PLANTED)))]
            lasting = int(chance.integers(1 if kind == "spike" else 3, 15 if kind == "spike" else 40))
            found.append(Plant(site, name, kind, at, lasting, int(chance.integers(low, high + 1))))
            at += lasting + QUIET + int(chance.integers(0, QUIET))
    return found


def _plant(chance: np.random.Generator, mean: NDArray[np.float64], one: Plant) -> None:
    part = mean[one.site, one.at : one.at + one.days]
    if one.kind == "spike" and one.series != "traffic":  # news of one event: many where there were few
        part += np.maximum(chance.uniform(15, 60), part * chance.uniform(3, 8))
    elif one.kind != "unreported":
        part *= one.percent / 100


def judge(made: Made) -> dict[Key, list[Finding]]:
    """Judge every day as the worker does, and return all findings by platform, series and kind."""
    days = made.values["traffic"].shape[1]
    reporters = made.given["traffic"].sum(axis=0)
    spoke = reporters * 100 >= np.median(reporters) * QUORUM_PERCENT
    standing: dict[Key, Finding] = {}
    ended: dict[Key, list[Finding]] = {}
    for at in range(WINDOW_DAYS, days):
        day, first = FIRST + timedelta(days=at), at - WINDOW_DAYS
        for name in SERIES:
            values, given = made.values[name][:, first : at + 1], made.given[name][:, first : at + 1]
            past = given[:, :-1].copy()
            for key, found in (*ended.items(), *((key, [one]) for key, one in standing.items())):
                if key[1] == name:
                    left_out(past, FIRST + timedelta(days=first), key[0], found)
            banded = bands(values[:, :-1], past, day.weekday(), RULES[name])
            said = spoke[first : at + 1] if name != "opinion" else np.ones(WINDOW_DAYS + 1, np.bool_)
            for key, one in step(name, RULES[name], Day(day, values, given, said, banded), standing).items():
                if one.ended is None:
                    standing[key] = one
                else:
                    standing.pop(key)
                    ended.setdefault(key, []).append(one)
    for key, one in standing.items():
        ended.setdefault(key, []).append(one)
    return ended


def told(made: Made, findings: Mapping[Key, Sequence[Finding]]) -> dict[str, object]:
    """Return what was found of what was planted, how late, and what was found besides."""
    delays: dict[str, Counter[int]] = {}
    counts: Counter[str] = Counter()
    explained: set[tuple[Key, date]] = set()
    for one in made.plants:
        sort = f"{one.series} {one.kind}"
        begins, ends = FIRST + timedelta(days=one.at), FIRST + timedelta(days=one.at + one.days)
        opened = [
            found for found in findings.get((one.site, one.series, one.kind), ())
            if begins <= found.since <= ends
        ]  # fmt: skip
        explained |= {((one.site, one.series, one.kind), found.since) for found in opened}
        counts[sort] += 1
        if opened:
            noticed = min(found.since for found in opened) - begins
            delay = noticed.days + (1 if one.kind == "unreported" else 0)  # its second day tells
            delays.setdefault(sort, Counter())[delay] += 1
    false = Counter(
        f"{key[1]} {key[2]}" for key, found in findings.items() for one in found if (key, one.since) not in explained
    )
    sites, days = made.values["traffic"].shape
    platform_days = sites * (days - WINDOW_DAYS)
    planted, in_time = sum(counts.values()), sum(n for by in delays.values() for day, n in by.items() if day <= LATEST)
    return {
        "rules": rules_digest(), "sites": sites, "days": days, "platform_days": platform_days, "planted": planted,
        "found": sum(n for by in delays.values() for n in by.values()), "found_in_time": in_time,
        "found_in_time_ppm": in_time * 1_000_000 // max(planted, 1),
        "by_sort": {
            sort: {"planted": number, "by_delay": dict(sorted(delays.get(sort, Counter()).items()))}
            for sort, number in sorted(counts.items())
        },
        "false_alarms": dict(sorted(false.items())),
        "false_per_1000_platform_days": round(1000 * sum(false.values()) / platform_days, 4),
    }  # fmt: skip


def main() -> None:
    """Make, judge and tell."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=1000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    made = make(asked.sites, asked.days, asked.seed)
    begun, cpu = time.monotonic(), time.process_time()
    found = told(made, judge(made))
    found |= {"seconds": round(time.monotonic() - begun, 1), "cpu_seconds": round(time.process_time() - cpu, 1)}
    if asked.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    for name, value in found.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
