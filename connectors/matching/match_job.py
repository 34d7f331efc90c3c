"""Weighs which enterprise a name may be of: a file by itself, run by a Python that has Splink (and with it DuckDB).

    python match_job.py FOLDER

FOLDER/ask.json        most, least_weight, expected
FOLDER/wanted.parquet  unique_id, place, brand, trade, form, district: a row per name that waits
FOLDER/register.parquet  the same of every enterprise that it may be

Writes FOLDER/found.json: for each pair that is worth a look, its weight (log2 of the odds that both are one) and how
each part compares; and the versions of what weighed it.

How likely parts differ between two spellings of one name (m) is declared below; how often they agree by chance (u) is
counted in this very register. Nothing is learned from earlier decisions, so that a run can be made again.
"""

import json
import sys
from pathlib import Path
from typing import Any

import duckdb
import splink
import splink.comparison_level_library as level
import splink.comparison_library as comparison
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

SEED = 20260101
SAMPLED = 2_000_000  # pairs that chance agreement is counted in
# Of two lists of pairs of neighbouring characters, the share that both have.
_COMMON = "len(list_intersect({0}_l, {0}_r)) / greatest(1, len(list_distinct(list_concat({0}_l, {0}_r))))"
_BEGINS = " OR ".join(f"{way}({{0}}_{a}, {{0}}_{b})" for way in ("starts_with", "ends_with") for a, b in ("lr", "rl"))
_ONE_OF_TWO = "(brand_l[1] = brand_r[1] OR brand_l[2] = brand_r[2] OR (brand_l[2] = brand_r[1]))"


# The pairs that weigh most, for each name that waits: in the order of ids where they weigh the same.
_BEST = """
    SELECT CASE WHEN source_dataset_l = 'of_wanted' THEN unique_id_l ELSE unique_id_r END AS wanted,
           CASE WHEN source_dataset_l = 'of_wanted' THEN unique_id_r ELSE unique_id_l END AS subject,
           round(match_weight, 3) AS weight, gamma_brand, gamma_trade, gamma_place, gamma_form, gamma_district
    FROM {pairs} QUALIFY row_number() OVER (PARTITION BY wanted ORDER BY match_weight DESC, subject) <= {most}
    ORDER BY wanted, weight DESC, subject
"""


def _levels(column: str, *levels: tuple[str, str, float]) -> comparison.CustomComparison:
    """Return a comparison: (name, condition, m) from the best level down; nothing is concluded where one is missing."""
    made = [level.NullLevel(column)]
    for name, condition, m in levels:
        one: Any = {"exact": level.ExactMatchLevel(column, term_frequency_adjustments=column == "brand"),
                    "else": level.ElseLevel()}.get(condition)  # fmt: skip
        one = one or level.CustomLevel(condition)
        made.append(one.configure(m_probability=m, label_for_charts=name, fix_m_probability=True))
    return comparison.CustomComparison(made, output_column_name=column)


COMPARISONS = [
    _levels("brand", ("same", "exact", 0.88), ("near", _ONE_OF_TWO, 0.09), ("other", "else", 0.03)),
    _levels(
        "trade", ("same", "exact", 0.64), ("begins", _BEGINS.format("trade"), 0.2),
        ("near", f"{_COMMON.format('grams')} >= 0.3", 0.1), ("other", "else", 0.06),
    ),
    _levels(
        "place", ("same", "exact", 0.7), ("begins", _BEGINS.format("place"), 0.2),
        ("near", "contains(place_l, place_r) OR contains(place_r, place_l)", 0.06), ("other", "else", 0.04),
    ),
    _levels("form", ("same", "exact", 0.9), ("other", "else", 0.1)),
    _levels(
        "district", ("same", "exact", 0.7), ("city", "district_l[1:4] = district_r[1:4]", 0.25),
        ("other", "else", 0.05),
    ),
]  # fmt: skip
WORDS = {
    "brand": ["other", "near", "same"], "trade": ["other", "near", "begins", "same"],
    "place": ["other", "near", "begins", "same"], "form": ["other", "same"], "district": ["other", "city", "same"],
}  # fmt: skip
BLOCKS = [
    block_on("brand"),
    block_on("head"),
    block_on("trade", "brand[1]"),
    block_on("trade", "brand[2]"),
    block_on("trade", "place", "form"),
    block_on("place", "tail"),
]
SIDES = ("register", "wanted")
_READ = """
    CREATE TABLE {0} AS SELECT unique_id, nullif(place, '') AS place, brand,
        nullif(trade, '') AS trade, nullif(form, '') AS form, nullif(district, '') AS district,
        (brand || trade)[2:3] AS head, (brand || trade)[-3:] AS tail,
        list_transform(range(1, length(brand || trade)), lambda i: (brand || trade)[i : i + 1]) AS grams
    FROM read_parquet('{1}')
"""


def main(folder: Path) -> None:
    """Weigh what is asked for in a folder."""
    ask = json.loads((folder / "ask.json").read_text("utf-8"))
    connection = duckdb.connect(config={"threads": 1})  # the same order, and with it the same sample, each time
    for name in SIDES:
        connection.execute(_READ.format(name, folder / f"{name}.parquet")).fetchall()
    size = connection.execute("SELECT count(*) FROM register").fetchall()[0][0]
    api = DuckDBAPI(connection)
    settings = SettingsCreator(
        "link_only", COMPARISONS, BLOCKS, probability_two_random_records_match=ask["expected"] / max(1, size)
    )
    linker = Linker([api.register(f"{name}", dataset_display_name=f"of_{name}") for name in SIDES], settings, "ERROR")
    linker.training.estimate_u_using_random_sampling(max_pairs=SAMPLED, seed=SEED)
    pairs = linker.inference.predict(threshold_match_weight=ask["least_weight"]).physical_name
    found = connection.execute(_BEST.format(pairs=pairs, most=int(ask["most"]))).fetchall()
    versions = {"splink": splink.__version__, "duckdb": duckdb.__version__}
    answer = {"versions": versions, "found": [_pair(*row) for row in found]}
    (folder / "found.json").write_text(json.dumps(answer), "utf-8")


def _pair(wanted: str, subject: str, weight: float, *gammas: int) -> dict[str, Any]:
    """Return a pair with how each of its parts compares, "" where one of the two has none."""
    levels = {part: "" if at < 0 else WORDS[part][at] for part, at in zip(WORDS, gammas, strict=True)}
    return {"wanted": wanted, "subject": subject, "weight": weight, "levels": levels}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
