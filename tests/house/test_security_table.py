"""The tables of threats and of races name tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FEWEST_ROWS = {"security.md": 60, "reliability.md": 45}
TESTS = re.compile(r"\| (tests/\S+(?:, tests/\S+)*) \|$")


def rows_of(page):
    """Return the rows of every table of a page, without the headings."""
    lines = (ROOT / "docs" / page).read_text().partition("`benchmarks/")[0].splitlines()  # after it: measurements
    heads = {number - 1 for number, line in enumerate(lines) if line.startswith("|---")}
    return [
        line for number, line in enumerate(lines)
        if line.startswith("| ") and number not in heads
    ]  # fmt: skip


@pytest.mark.parametrize("page", FEWEST_ROWS)
def test_every_row_names_a_test_that_exists(page):
    rows = rows_of(page)
    assert len(rows) >= FEWEST_ROWS[page]
    for row in rows:
        named = TESTS.search(row)
        assert named, row
        for test in named[1].split(", "):
            file, _, name = test.partition("::")
            text = (ROOT / file).read_text()
            assert not name or re.search(rf"^(async )?def {name}\(", text, re.MULTILINE), row


def test_every_place_named_in_the_table_of_races_exists():
    places = re.findall(r"^\| [^|]+ \| `([^`]+\.py)` \|", (ROOT / "docs" / "reliability.md").read_text(), re.MULTILINE)
    assert places
    assert [place for place in places if not (ROOT / place).exists()] == []
