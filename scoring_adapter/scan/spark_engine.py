"""The plan's SQL run by Spark, on this machine or a cluster: the job written, started, and its answers read.

The store's files are read where they lie, in a folder that all of the cluster sees or in an object store; so is the
work folder, where job, subjects and answers stand until they are read. Of ours only spark_job.py goes to a cluster.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
from uuid_utils import uuid7

from scoring_adapter.columns.files import StoredFile
from scoring_adapter.columns.place import S3, Access, Place, open_place
from scoring_adapter.columns.schema import FIXED
from scoring_adapter.columns.view import view
from scoring_adapter.scan.polars_engine import SLICE, columns_of, others_of, subjects_of, tags_in_slices
from scoring_adapter.scan.spark_start import Spark, start
from scoring_adapter.tags.planned import Plan
from scoring_adapter.tags.sql import queries

Files = Mapping[str, Sequence[StoredFile]]
_KINDS: Mapping[type[pl.DataType], str] = {pl.Int64: "bigint", pl.Int32: "int"}
FILE_ROWS = 100_000_000  # of the store, to one more file of an answer
SMALL_ROWS = 2_000_000
# Few rows: one compiler of Java's is enough, for the second has not paid off when all is over, but not the little room
# for code that Java leaves it by default; few tasks.
SMALL = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
}


@dataclass(frozen=True)
class Storage:
    """A folder, or s3://bucket/prefix, that we and Spark see."""

    root: str
    access: Access | None = None

    @property
    def place(self) -> Place:
        """Where we read and write."""
        return open_place(self.root, self.access)

    def address(self, name: str) -> str:
        """Return what Spark calls a file or folder in it."""
        if self.root.startswith(S3):
            return f"s3a://{self.root.removeprefix(S3).strip('/')}/{name}"
        return f"file://{Path(self.root).resolve() / name}"  # not as_uri: Spark takes %3D as it stands


@dataclass(frozen=True)
class SparkEngine:
    """Spark, the store it reads, and where it writes; `tell` hears the name of each query that is done."""

    spark: Spark
    store: Storage
    work: Storage
    tell: Callable[[str], None] = lambda _: None

    def slices(self, plan: Plan, files: Files, spine: pl.LazyFrame, size: int = SLICE) -> Iterator[pl.DataFrame]:
        """Yield `subject` and every tag's value, subjects rising, as polars_engine.slices does; see `answers`."""
        subjects, answers = subjects_of(spine), zip(queries(plan), self.answers(plan, files, spine), strict=True)
        columns = [column for query, answered in answers for column in columns_of(query, answered, subjects)]
        yield from tags_in_slices(plan, subjects.hstack(columns), size)

    def answers(self, plan: Plan, files: Files, spine: pl.LazyFrame) -> Iterator[pl.DataFrame]:
        """Yield what each of the plan's queries gives, in their order: `subject` and its parts, subjects rising.

        `files` are those of each dataset in the store; one that is missing has no rows. `spine` is that of
        polars_engine.run: tags of other enterprises are computed here, by Polars. Raises EngineError, ColumnStoreError.
        """
        asked = queries(plan)
        with self._folder() as folder:
            tables = {
                name: self._table(plan.layouts[name], files.get(name, ())) for query in asked for name in query.datasets
            }
            tables |= {
                name: self._other(f"{folder}/{name}.parquet", frame) for name, frame in self._others(plan, files, spine)
            }
            rows = sum(file.row_count for name in tables for file in files.get(name, ()))
            job = {
                "tables": tables,
                "queries": [
                    {"name": _name(at), "sql": query.sql, "parts": [part.name for part in query.parts]}
                    for at, query in enumerate(asked)
                ],
                "at_once": self.spark.at_once,
                "files": rows // FILE_ROWS + 1,
                "out": self.work.address(folder),
            }
            self.work.place.write(f"{folder}/job.json", json.dumps(job).encode())
            settings = SMALL if rows <= SMALL_ROWS else {}
            start(self.spark, self.work.address(f"{folder}/job.json"), settings, self.store.access, self.tell)
            names = sorted(self._names(folder))
            for at in range(len(asked)):
                parts = [name for name in names if name.startswith(f"{folder}/{_name(at)}/part-")]
                yield self.work.place.scan(parts).collect()

    def _others(self, plan: Plan, files: Files, spine: pl.LazyFrame) -> Iterable[tuple[str, pl.LazyFrame]]:
        place = self.store.place
        tables = {name: view(place, files.get(name, ()), columns) for name, columns in plan.layouts.items()}
        return others_of(plan, tables, spine).items()

    def _other(self, name: str, frame: pl.LazyFrame) -> dict[str, Any]:
        target = BytesIO()
        frame.collect().write_parquet(target)
        self.work.place.write(name, target.getvalue())
        piece = {"rows": [self.work.address(name)], "gone": []}
        return {"columns": {"named": "bigint", "value": "bigint"}, "pieces": [piece]}

    def _table(self, columns: Iterable[str], files: Sequence[StoredFile]) -> dict[str, Any]:
        """A table's columns and files: days with pairs that take rows away apart from those without."""
        amended = {file.day for file in files if file.gone}
        pieces = [
            {
                "rows": [self.store.address(file.name) for file in held if not file.gone],
                "gone": [self.store.address(file.name) for file in held if file.gone],
            }
            for held in (
                [file for file in files if file.day not in amended],
                [file for file in files if file.day in amended],
            )
        ]
        kinds = {name: _KINDS[kind] for name, kind in FIXED.items()}
        return {"columns": kinds | dict.fromkeys(columns, "bigint"), "pieces": [one for one in pieces if one["rows"]]}

    @contextmanager
    def _folder(self) -> Iterator[str]:
        """A name of its own in the work folder; whatever is under it goes when its answers are read."""
        folder = str(uuid7())
        try:
            yield folder
        finally:
            if self.work.root.startswith(S3):
                self.work.place.delete(self._names(folder))
            else:
                shutil.rmtree(Path(self.work.root) / folder, ignore_errors=True)

    def _names(self, folder: str) -> list[str]:
        return [name for name in self.work.place.names() if name.startswith(f"{folder}/")]


def _name(at: int) -> str:
    return f"{at:04d}"
