"""A table is read as it stands, or refused by column and row."""

import polars as pl
import pytest

from scoring_adapter.errors import ModelError
from scoring_adapter.modeling import table as of_table
from scoring_adapter.modeling.table import LEAST_OF_EACH, read_table
from scoring_adapter.tags.load import load_tags

SOUND = {"outcome": ["0", "1"] * LEAST_OF_EACH, "reg_age_y": ["3", ""] * LEAST_OF_EACH}


def read(folder, columns, name="t.csv"):
    path = folder / name
    pl.DataFrame(columns).write_csv(path) if name.endswith("csv") else pl.DataFrame(columns).write_parquet(path)
    return read_table(path, load_tags())


def test_empty_cells_are_nothing_and_tags_that_are_no_column_neither(tmp_path):
    table = read(tmp_path, SOUND | {"industry": ["07"] * 2 * LEAST_OF_EACH})
    values, given = table.values(["reg_age_y", "pen_cnt_1y"])
    assert (table.tags, table.apart, table.frame["industry"][0]) == (("reg_age_y",), ["industry"], "07")
    assert (values[:2].tolist(), given[:2].tolist()) == ([[3, 0], [0, 0]], [[True, False], [False, False]])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"outcome": ["0", "2"] * LEAST_OF_EACH}, "outcome"),
        ({"outcome": ["0", ""] * LEAST_OF_EACH}, "rows 2, 4, 6"),
        ({"train": ["0", "x"] * LEAST_OF_EACH}, "train"),
        ({"reg_age_y": ["3", "3.5"] * LEAST_OF_EACH}, "rows 2, 4, 6"),
        ({"reg_age_y": ["3", "99999999999999999999"] * LEAST_OF_EACH}, "rows 2, 4, 6"),
        ({"nonsense": ["1", "1"] * LEAST_OF_EACH}, "nonsense"),
        (
            {"outcome": ["0"] * (LEAST_OF_EACH + 1) + ["1"] * (LEAST_OF_EACH - 1)},
            f"{LEAST_OF_EACH + 1}, {LEAST_OF_EACH - 1}",
        ),
    ],
)
def test_what_is_not_sound_is_refused_by_name(tmp_path, changed, said):
    with pytest.raises(ModelError, match=said):
        read(tmp_path, SOUND | changed)


def test_a_table_without_outcomes_or_of_fractions_or_no_table_is_refused(tmp_path):
    with pytest.raises(ModelError, match="outcome"):
        read(tmp_path, {"reg_age_y": ["1"]})
    with pytest.raises(ModelError, match=r"reg_age_y.*Float64"):
        read(tmp_path, SOUND | {"reg_age_y": [0.5, 1.0] * LEAST_OF_EACH}, "t.parquet")
    (tmp_path / "no.parquet").write_bytes(b"no")
    with pytest.raises(ModelError, match=r"no\.parquet"):
        read_table(tmp_path / "no.parquet", load_tags())


def test_one_row_too_many_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(of_table, "MOST_ROWS", 2 * LEAST_OF_EACH)
    read(tmp_path, SOUND)
    monkeypatch.setattr(of_table, "MOST_ROWS", 2 * LEAST_OF_EACH - 1)
    with pytest.raises(ModelError, match="at most"):
        read(tmp_path, SOUND)
