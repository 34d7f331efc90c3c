"""Files of the column store: written, seen as one table, merged, digested; in a folder and in an object store."""

import random
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from scoring_adapter.columns.compaction import PILED_UP, choose, merge, worth_it
from scoring_adapter.columns.content import LEAVES, add_up, content_digest, content_of
from scoring_adapter.columns.files import StoredFile, read_file, write_gone, write_rows
from scoring_adapter.columns.place import Access, FolderPlace, open_place
from scoring_adapter.columns.schema import declaration_digest, frame_of, held_sources, schema_of
from scoring_adapter.columns.view import view
from scoring_adapter.errors import ColumnStoreError
from scoring_adapter.tags.declaration import Column, Reference, Source
from tests.connectors.sources.servers import KEY_ID, SECRET, object_store

DAY, NEXT = date(2026, 11, 27), date(2026, 11, 28)
COLUMNS = ("fine", "decided")


@pytest.fixture(scope="module")
def bucket(tmp_path_factory):
    with object_store(tmp_path_factory.mktemp("objects")) as store:
        yield Access(store.endpoint, key_id=KEY_ID, secret=SECRET)


@pytest.fixture(params=["folder", "s3"])
def place(request, tmp_path):
    if request.param == "folder":
        return FolderPlace(tmp_path / "store")
    return open_place(f"s3://agency/{tmp_path.name}", request.getfixturevalue("bucket"))


def rows(*pairs, fine=1, recorded=0):
    rows = [(9 - leaf % 9, batch, leaf, 0, 100, recorded, fine, None) for batch, leaf in pairs]
    return frame_of([*zip(*rows, strict=True)], COLUMNS)


def gone(*pairs):
    return pl.DataFrame(list(pairs), {"batch": pl.Int64, "leaf": pl.Int32}, orient="row")


def seen(place, files):
    return view(place, files, COLUMNS).collect().sort("batch", "leaf").select("batch", "leaf", "fine").rows()


def test_rows_less_what_is_gone_and_newer_rows(place):
    files = write_rows(place, "penalty", DAY, 1, rows((1, 0), (1, 1), (2, 0)))
    files += write_rows(place, "penalty", NEXT, 2, rows((3, 0)))
    assert seen(place, files) == [(1, 0, 1), (1, 1, 1), (2, 0, 1), (3, 0, 1)]
    files += [
        *write_gone(place, "penalty", DAY, 3, gone((1, 0), (1, 1))),
        *write_rows(place, "penalty", DAY, 3, rows((1, 0), fine=2)),
    ]
    assert seen(place, files) == [(1, 0, 2), (2, 0, 1), (3, 0, 1)]
    files += [
        *write_gone(place, "penalty", DAY, 4, gone((1, 0))),
        *write_rows(place, "penalty", DAY, 4, rows((1, 1), fine=4)),
    ]
    assert seen(place, files) == [(1, 1, 4), (2, 0, 1), (3, 0, 1)]
    table = view(place, files, COLUMNS).collect()
    assert dict(table.schema) == schema_of(COLUMNS)
    assert set(place.names()) == {file.name for file in files}
    stored = place.read(files[0].name)
    assert pl.read_parquet(stored)["subject"].is_sorted()
    day = [file for file in files if file.day == DAY]
    assert worth_it(day)
    merged = merge(place, day, day, COLUMNS, 5)
    assert [file.gone for file in merged] == [False]
    assert seen(place, [*merged, *(file for file in files if file.day == NEXT)]) == [(1, 1, 4), (2, 0, 1), (3, 0, 1)]
    assert not worth_it(merged)
    place.delete([file.name for file in files])
    place.delete([file.name for file in files])  # again: nothing is amiss
    assert set(place.names()) == {file.name for file in merged}
    with pytest.raises(ColumnStoreError, match=files[0].name.rpartition("/")[2]):
        place.read(files[0].name)


def test_an_empty_dataset_is_a_table_without_rows(tmp_path):
    assert dict(view(FolderPlace(tmp_path), [], COLUMNS).collect().schema) == schema_of(COLUMNS)
    with pytest.raises(ColumnStoreError, match="no bucket"):
        open_place("s3://")


def test_newest_files_are_merged_and_what_they_took_away_stays_away(tmp_path):
    place, files, rng = FolderPlace(tmp_path), [], random.Random(1)
    state = {}
    for written in range(1, 60):
        pairs = [(rng.randrange(4), rng.randrange(4)) for _ in range(rng.randrange(1, 4))]
        pairs = list(dict.fromkeys(pairs))
        files += write_gone(place, "penalty", DAY, written, gone(*(pair for pair in pairs if pair in state)))
        kept = [pair for pair in pairs if rng.random() < 0.7]
        state = {pair: fine for pair, fine in state.items() if pair not in pairs} | dict.fromkeys(kept, written)
        files += write_rows(place, "penalty", DAY, written, rows(*kept, fine=written))
        if chosen := choose(files):
            merged = merge(place, files, chosen, COLUMNS, written + 1000)
            merged = [replace(file, written=written) for file in merged]  # as if numbers went on from here
            assert len(merged) < len(chosen)
            names = {file.name for file in chosen}
            before = seen(place, files)
            files = [file for file in files if file.name not in names]
            files += [
                file
                for old in merged
                for file in (
                    write_gone(place, "penalty", DAY, written, place.scan([old.name]).select("batch", "leaf").collect())
                    if old.gone
                    else write_rows(place, "penalty", DAY, written, view(place, [old], COLUMNS).collect())
                )
            ]
            assert seen(place, files) == before
        assert seen(place, files) == sorted((*pair, fine) for pair, fine in state.items())
    assert len(files) < 2 * PILED_UP


def stored(written, rows_held, *, is_gone=False):
    return StoredFile(f"{written}{is_gone}", "penalty", DAY, is_gone, written, rows_held, 0, b"")


def test_a_write_is_merged_as_a_whole_and_large_files_are_left():
    small = [stored(written, 10) for written in range(2, 12)]
    assert choose([stored(1, 10**6), *small]) == sorted(small, key=lambda file: -file.written)
    assert choose(small[:7]) == []
    split = [stored(1, 10**6), stored(1, 3, is_gone=True), *small]
    assert {file.written for file in choose(split)} == set(range(2, 12))


def test_a_digest_is_of_the_content_alone():
    table = rows(*((batch, leaf) for batch in (1, 2) for leaf in range(0, 40_000, 1_000)))
    content = content_of(table)
    assert content_of(table.sample(fraction=1.0, shuffle=True, seed=3)) == content
    parts = [
        table.filter((pl.col("batch") == batch) & (pl.col("leaf") // LEAVES == part))
        for batch in (1, 2)
        for part in range(3)
    ]
    assert add_up(*map(content_of, parts)) == content
    assert add_up(content, *(-content_of(part) for part in parts)) == 0
    assert content_of(table.clear()) == 0
    other = table.with_columns(pl.when(pl.col("leaf") == 7_000).then(None).otherwise(pl.col("fine")).alias("fine"))
    assert content_of(other) != content
    assert content_of(table.with_columns(pl.lit(0, pl.Int64).alias("decided"))) != content  # nothing is not 0
    # Published here, so that another machine or release that came to something else would be seen.
    known = content_digest("penalty", DAY, COLUMNS, content_of(rows((1, 0), (1, 1), (2, 20_000))))
    assert known == KNOWN
    assert content_digest("penalty", NEXT, COLUMNS, content_of(rows((1, 0), (1, 1), (2, 20_000)))) != known


KNOWN = "dc0f4e036d0b398bd98a0bf285de9acd5601fd26c833722a1d61a7b61575a71a"


def test_a_changed_byte_is_seen(tmp_path):
    place = FolderPlace(tmp_path)
    (file,) = write_rows(place, "penalty", DAY, 1, rows((1, 0)))
    assert read_file(place, file, schema_of(COLUMNS)) is not None
    path = tmp_path / file.name
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(content)
    assert read_file(place, file, schema_of(COLUMNS)) is None


def test_what_a_declaration_makes_of_columns_is_told_apart():
    fine = Source(columns={"fine": Column(as_="money", unit="元")})
    assert declaration_digest(fine, nobody=False) == declaration_digest(
        Source(at="x", columns=fine.columns), nobody=False
    )
    others = [
        (Source(columns={"fine": Column(as_="money", unit="万元")}), False),
        (Source(columns={"fined": Column(as_="money", unit="元")}), False),
        (fine, True),
    ]
    digests = {declaration_digest(source, nobody=nobody) for source, nobody in others}
    assert len(digests | {declaration_digest(fine, nobody=False)}) == 4
    sources = {
        "fine": Source(columns=fine.columns, references={"rate": Reference("rates", {"a": "b"}, "rate")}),
        "rates": Source(columns={"rate": Column(as_="number", digits=4)}),
        "all": Source(union=["fine"]),
    }
    assert held_sources(sources) == {"fine": False, "rates": True}
