"""Who answers the tags' queries of a scan: Polars in this process, or Spark, on this machine or a cluster."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import polars as pl

from gateway.runtime.settings import Settings
from gateway.scores.scan_pinned import Pinned
from scoring_adapter.columns.files import StoredFile
from scoring_adapter.columns.place import Access
from scoring_adapter.errors import ColumnStoreError
from scoring_adapter.scan.answers import Answers
from scoring_adapter.scan.spark_engine import SparkEngine, Storage
from scoring_adapter.scan.spark_start import Spark

EngineName = Literal["polars", "spark"]


class Engine(Protocol):
    """Answers queries."""

    def answer(self, answers: Answers, pinned: Pinned, named: pl.DataFrame) -> None:
        """Make the answers that are missing; `named` has every enterprise's number and the key of its code.

        Raises ScoringError where the store cannot be read, or the engine fails.
        """


class PolarsEngine:
    """Polars, one query at a time."""

    def answer(self, answers: Answers, pinned: Pinned, named: pl.DataFrame) -> None:
        """Make the answers that are missing."""
        try:
            answers.make(pinned.tables, named.lazy(), pinned.chosen)
        except (pl.exceptions.PolarsError, OSError) as fault:  # as Polars tells of files, wherever they lie
            raise ColumnStoreError(f"列存储读取失败 the column store cannot be read: {fault}") from fault


@dataclass(frozen=True)
class SparkJob:
    """Spark, all queries in one job; it begins anew where it was interrupted."""

    engine: Callable[[], SparkEngine]

    def answer(self, answers: Answers, pinned: Pinned, named: pl.DataFrame) -> None:
        """Make all answers, unless they are there."""
        if answers.missing():
            files: dict[str, list[StoredFile]] = {}
            for file in pinned.files:
                files.setdefault(file.dataset, []).append(file)
            answers.take(self.engine().answers(answers.plan, files, named.lazy()), pinned.chosen)


def open_engine(name: EngineName, settings: Settings) -> Engine:
    """Return an engine as the settings have it; nothing is started yet."""
    if name == "polars":
        return PolarsEngine()

    def made() -> SparkEngine:
        secret = settings.column_store_secret
        access = Access(
            settings.column_store_endpoint, settings.column_store_region, settings.column_store_key_id,
            secret.get_secret_value() if secret else "",
        )  # fmt: skip
        spark = Spark(settings.spark_submit, settings.spark_master, settings.spark_memory)
        work = settings.spark_work or str(settings.scan_folder / "spark")
        return SparkEngine(spark, Storage(settings.column_root, access), Storage(work, access))

    return SparkJob(made)
