"""Spark and Polars give the same of every tag that ships, over the same store, by the same SQL."""

import json
import shutil
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from benchmarks.scan_city import City, build
from scoring_adapter.columns.files import StoredFile
from scoring_adapter.columns.place import Access, open_place
from scoring_adapter.columns.view import view
from scoring_adapter.errors import EngineError
from scoring_adapter.scan import polars_engine
from scoring_adapter.scan.digest import ColumnDigests
from scoring_adapter.scan.spark_engine import SparkEngine, Storage
from scoring_adapter.scan.spark_start import Spark
from scoring_adapter.tags.load import load_tags
from scoring_adapter.tags.plan import plan
from tests.cluster import SUBMIT, WHY_NOT

CITY = City(subjects=20_000, records=700_000)


def digests(frames):
    made = ColumnDigests()
    for frame in frames:
        made.add(frame)
    return made.digests()


@pytest.mark.slow
@pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
def test_both_engines_give_columns_of_the_same_digests(tmp_path):
    catalogue = load_tags()
    planned = plan(catalogue, CITY.last_day)
    files = build(tmp_path / "store", CITY, catalogue.sources)
    place = open_place(tmp_path / "store")
    tables = {name: view(place, files.get(name, ()), columns) for name, columns in planned.layouts.items()}
    here = digests(polars_engine.slices(planned, tables, CITY.spine(), size=7_000))
    spark = Spark(submit=str(SUBMIT), master="local[2]")
    told = []
    engine = SparkEngine(spark, Storage(str(tmp_path / "store")), Storage(str(tmp_path / "work")), told.append)
    there = digests(engine.slices(planned, files, CITY.spine()))
    assert {name: digest for name, digest in here.items() if there[name] != digest} == {}
    assert len(here) == len(catalogue.tags)
    assert len(set(told)) == len(told) > 100
    assert list((tmp_path / "work").iterdir()) == []


def test_a_spark_that_is_not_there_is_said_in_words(tmp_path):
    spark, storage = Spark(submit=str(tmp_path / "spark-submit")), Storage(str(tmp_path))
    catalogue = load_tags()
    with pytest.raises(EngineError, match="no spark-submit"):
        list(SparkEngine(spark, storage, storage).answers(plan(catalogue, CITY.last_day), {}, CITY.spine()))


@pytest.mark.skipif(not shutil.which("sh"), reason="no shell")
def test_what_spark_says_when_it_fails_is_told(tmp_path):
    submit = tmp_path / "spark-submit"
    submit.write_text("#!/bin/sh\necho 'java.lang.Exception: no room' >&2\necho '  at Somewhere.java' >&2\nexit 1\n")
    submit.chmod(0o755)
    storage = Storage(str(tmp_path / "work"))
    engine = SparkEngine(Spark(submit=str(submit)), storage, storage)
    with pytest.raises(EngineError, match=r"no room$"):
        list(engine.answers(plan(load_tags(), CITY.last_day), {}, CITY.spine()))
    assert list((tmp_path / "work").iterdir()) == []


def test_a_digest_depends_on_values_and_on_where_there_are_none_and_not_on_how_frames_are_cut():
    whole = pl.DataFrame({"subject": [1, 2, 3], "a": [5, None, 0], "b": [5, 0, None]}, schema_overrides={"a": pl.Int8})
    made = digests([whole])
    assert made == digests(whole.iter_slices(1)) == digests([whole.cast(pl.Int64)])
    assert made["a"] != made["b"]
    assert made["a"] != digests([whole.with_columns(subject=pl.col("subject") + 1)])["a"]


def test_a_city_of_a_seed_is_always_the_same_and_as_large_as_asked(tmp_path):
    city, sources = City(subjects=50, records=2_000), load_tags().sources
    first, second = (build(tmp_path / name, city, sources) for name in ("first", "second"))
    contents = [[(file.row_count, file.digest) for of in files.values() for file in of] for files in (first, second)]
    assert contents[0] == contents[1]
    assert 1_500 < sum(count for count, _ in contents[0]) < 2_500


def test_where_files_lie_in_an_object_store_spark_reads_them_there_and_the_secret_is_on_no_command_line(tmp_path):
    submit = tmp_path / "spark-submit"
    submit.write_text(
        f'#!/bin/sh\ncd {tmp_path}\necho "$@" > words\necho $AWS_SECRET_ACCESS_KEY > secret\n'
        "cp work/*/job.json .\nexit 1\n"
    )
    submit.chmod(0o755)
    store = Storage("s3://city/columns", Access("http://127.0.0.1:9", key_id="k", secret="geheim"))
    gone = StoredFile("tax_arrears/day=2026-01-01/b.gone.parquet", "tax_arrears", date(2026, 1, 1), True, 2, 1, 1, b"")
    rows = replace(gone, name="tax_arrears/day=2026-01-01/a.parquet", gone=False, written=1)
    later = replace(rows, name="tax_arrears/day=2026-01-02/c.parquet", day=date(2026, 1, 2))
    engine = SparkEngine(Spark(submit=str(submit), master="yarn"), store, Storage(str(tmp_path / "work")))
    with pytest.raises(EngineError):
        list(engine.answers(plan(load_tags(), CITY.last_day), {"tax_arrears": [rows, gone, later]}, CITY.spine()))
    words = (tmp_path / "words").read_text()
    assert "--master yarn" in words
    assert "spark.hadoop.fs.s3a.endpoint=http://127.0.0.1:9" in words
    assert "geheim" not in words
    assert (tmp_path / "secret").read_text() == "geheim\n"
    assert json.loads((tmp_path / "job.json").read_text())["tables"]["tax_arrears"]["pieces"] == [
        {"rows": [f"s3a://city/columns/{later.name}"], "gone": []},
        {"rows": [f"s3a://city/columns/{rows.name}"], "gone": [f"s3a://city/columns/{gone.name}"]},
    ]
