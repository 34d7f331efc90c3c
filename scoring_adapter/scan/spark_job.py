"""The job that a Spark cluster runs: the same SQL texts over the store's Parquet, parts per subject as Parquet.

spark-submit spark_job.py JOB. It stands alone: Spark and Python's own library are all that a cluster has to have. JOB
is a JSON file, here or in the object store:

    {"tables": {"judgment_doc": {"columns": {"subject": "bigint", …},
                                 "pieces": [{"rows": [FILE, …], "gone": [FILE, …]}]}},
     "queries": [{"name": "0000", "sql": "SELECT …", "parts": ["judg_cnt_1y", …]}],
     "at_once": 4, "files": 1, "out": FOLDER}

A table is what its pieces hold, without the rows that a pair (batch, leaf) of a gone file in the same piece, written
later, takes away. What a query comes to is written to OUT/NAME, in so many files sorted by subject; a line of JSON on
standard output tells of each that is done.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import col, lit
from pyspark.sql.functions import max as greatest

# A sum that does not fit is an error and never another number; names in double quotes, as Polars reads them.
CONFIGURATION = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.scheduler.mode": "FAIR",
}


def main(path: str) -> None:
    """Run the job that the file describes."""
    builder = SparkSession.builder.appName("xinqiao scan")
    for name, value in CONFIGURATION.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    run(spark, json.loads(spark.read.text(path, wholetext=True).first()[0]))
    spark.stop()


def run(spark: SparkSession, job: dict[str, Any]) -> None:
    """Write what each query comes to. Whatever fails ends the job with its error."""
    for name, table in job["tables"].items():
        view(spark, table).createOrReplaceTempView(name)

    def answer(query: dict[str, Any]) -> None:
        started = time.monotonic()
        parts = [col(name).cast("bigint") for name in ("subject", *query["parts"])]
        found = spark.sql(query["sql"]).select(parts)
        ordered = found.repartitionByRange(job["files"], "subject").sortWithinPartitions("subject")
        ordered.write.mode("overwrite").parquet(f"{job['out']}/{query['name']}")
        print(json.dumps({"done": query["name"], "seconds": round(time.monotonic() - started, 3)}), flush=True)

    with ThreadPoolExecutor(job["at_once"]) as several:
        for _ in several.map(answer, job["queries"]):
            pass


def view(spark: SparkSession, table: dict[str, Any]) -> DataFrame:
    """The rows of a table that count."""
    columns = table["columns"]
    if not table["pieces"]:
        return spark.range(0).select(*(lit(None).cast(kind).alias(name) for name, kind in columns.items()))

    def counting(piece: dict[str, list[str]]) -> DataFrame:
        rows = _read(spark, piece["rows"], {**columns, "_written": "bigint"} if piece["gone"] else columns)
        if not piece["gone"]:
            return rows
        gone = _read(spark, piece["gone"], {"batch": "bigint", "leaf": "int", "_written": "bigint"})
        marks = gone.groupBy("batch", "leaf").agg(greatest("_written").alias("_last"))
        kept = rows.join(marks, ["batch", "leaf"], "left").where("_last IS NULL OR _written >= _last")
        return kept.select(*columns)

    return reduce(DataFrame.unionAll, map(counting, table["pieces"]))


def _read(spark: SparkSession, files: list[str], columns: dict[str, str]) -> DataFrame:
    """Files with these columns; one that a file does not have yet is empty in it."""
    return spark.read.schema(", ".join(f"`{name}` {kind}" for name, kind in columns.items())).parquet(*files)


if __name__ == "__main__":
    main(sys.argv[1])
