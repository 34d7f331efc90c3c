"""What a round of benchmarks/scan.py computes, in a process of its own, and what that took."""

import hashlib
import json
import resource
import tempfile
import threading
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import polars as pl
import psutil
from scan_city import City, built

from gateway.scores.scan_pinned import PIECE
from scoring_adapter.columns.place import open_place
from scoring_adapter.columns.view import view
from scoring_adapter.scan import polars_engine
from scoring_adapter.scan.answers import Answers
from scoring_adapter.scan.digest import ColumnDigests
from scoring_adapter.scan.piece import Scoring, score_piece
from scoring_adapter.scan.polars_engine import Tables
from scoring_adapter.scan.spark_engine import SparkEngine, Storage
from scoring_adapter.scan.spark_start import Spark
from scoring_adapter.scorecard import load_scorecard
from scoring_adapter.tags.load import load_tags
from scoring_adapter.tags.plan import plan
from scoring_adapter.tags.planned import Plan

SUBMIT = Path(__file__).parents[1] / ".venv-cluster/bin/spark-submit"
LOOK = {"polars": 0.02, "spark": 0.5}  # seconds between two looks at the memory; to look for other processes takes long
MIB = 1 << 20
NOBODY = np.empty(0, np.int64)
Figures = dict[str, float | str | int]


def tags(asked: Namespace, city: City) -> Figures:
    """Compute every tag of everybody, and digest each column."""
    planned, digests = plan(load_tags(), city.last_day), ColumnDigests()
    with measured(asked.engine) as figures:
        for frame in _frames(asked, planned, city):
            digests.add(frame)
    told = json.dumps(digests.digests(), sort_keys=True).encode()
    return {**figures, "tags": len(planned.tags), "digest": hashlib.sha256(told).hexdigest()}


def scores(asked: Namespace, city: City) -> Figures:
    """Compute every tag of everybody, then score, band and what weighed most, piece by piece, as a scan does."""
    card, found, subjects = load_scorecard(), hashlib.sha256(), 0
    planned = plan(card.tags, city.last_day)
    scoring = Scoring(card, planned, {}, b"")
    with measured(asked.engine) as figures, tempfile.TemporaryDirectory(prefix="xinqiao-bench-") as folder:
        answers = Answers(planned, Path(folder))
        if asked.engine == "polars":
            answers.make(_tables(asked, planned), city.spine(), None)
        else:
            with _spark(asked) as engine:
                answers.take(engine.answers(planned, built(asked.store), city.spine()), None)
        for low in range(1, city.subjects + 1, PIECE):
            results = score_piece(scoring, answers, low, min(low + PIECE - 1, city.subjects), NOBODY)
            found.update(results.digest())
            subjects += results.scored()
    return {**figures, "scored": subjects, "digest": found.hexdigest()}


def _frames(asked: Namespace, planned: Plan, city: City) -> Iterator[pl.DataFrame]:
    """Yield the tags, so many enterprises at a time."""
    if asked.engine == "polars":
        yield from polars_engine.slices(planned, _tables(asked, planned), city.spine())
        return
    with _spark(asked) as engine:
        yield from engine.slices(planned, built(asked.store), city.spine())


def _tables(asked: Namespace, planned: Plan) -> Tables:
    place, files = open_place(asked.store), built(asked.store)
    return {name: view(place, files.get(name, ()), columns) for name, columns in planned.layouts.items()}


@contextmanager
def _spark(asked: Namespace) -> Iterator[SparkEngine]:
    with tempfile.TemporaryDirectory(prefix="xinqiao-bench-") as work:
        spark = Spark(submit=str(SUBMIT) if SUBMIT.exists() else "", master=asked.master, memory=asked.memory)
        yield SparkEngine(spark, Storage(str(asked.store)), Storage(work))


@contextmanager
def measured(engine: str) -> Iterator[Figures]:
    """Yield where it is written what the block took: seconds, CPU seconds, the most memory held at once, by this
    process and, with Spark, those it started.
    """
    figures: Figures = {}
    started, used = time.perf_counter(), _used()
    with _peak(engine) as most:
        yield figures
    figures |= {"seconds": time.perf_counter() - started, "cpu_seconds": _used() - used, "peak_mib": most[0] / MIB}


def _used() -> float:
    """Return the CPU seconds of this process and of those it started that have ended."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


@contextmanager
def _peak(engine: str) -> Iterator[list[int]]:
    """Yield where the most memory is written that was held at once."""
    most, ended, own = [0], threading.Event(), psutil.Process()

    def look() -> None:
        while not ended.wait(LOOK[engine]):
            held = 0
            for process in (own, *(own.children(recursive=True) if engine == "spark" else ())):
                try:
                    held += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            most[0] = max(most[0], held)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield most
    finally:
        ended.set()
        watcher.join()
