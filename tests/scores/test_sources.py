"""Sealed records as rows of the store: only declared fields are read, and one that is not sound spoils no other."""

from connectors.records.shown_days import END, FIRST
from scoring_adapter.tags.folding import key_of
from signing.canonical import canonical_bytes
from tests.scores.holding import SOURCES, column_store

SOUND = {"cf_jdrq": "2024-02-29", "cf_nr_fk": "0.5", "cf_wsh": "温〔2024〕1号", "cf_xdr_mc": "某厂"}


def record(leaf, **fields):
    return 7, 3, leaf, None, None, 20_000, 1, canonical_bytes({"schema": 1, "fields": {**SOUND, **fields}})


def test_one_record_that_is_not_sound_has_no_values_and_the_others_have_theirs(tmp_path):
    source = column_store(tmp_path, SOURCES).sources["penalty_general"]
    assert source.table([], {}).columns == source.table([record(0)], {}).columns
    fixed = (7, 3, FIRST, END, 20_000)
    sound = (19782, 500_000, key_of("温〔2024〕1号"))
    found = source.table([record(0), record(1, cf_jdrq="2024-02-30"), record(2, cf_nr_fk=None)], {})
    assert [(row[:2] + row[3:6], row[2], row[6:]) for row in found.iter_rows()] == [
        (fixed, 0, sound), (fixed, 1, (None, None, None)), (fixed, 2, (19782, None, sound[2])),
    ]  # fmt: skip
