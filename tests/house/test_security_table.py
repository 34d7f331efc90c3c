"""The table of threats names tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = re.findall(r"^\| .* \| .* \| (tests/\S+) \|$", (ROOT / "docs" / "security.md").read_text(), re.MULTILINE)


def test_every_test_named_in_the_table_exists():
    assert len(ROWS) > 30
    for row in ROWS:
        file, _, name = row.partition("::")
        text = (ROOT / file).read_text()
        assert not name or re.search(rf"^(async )?def {name}\(", text, re.MULTILINE), row


def test_every_threat_has_a_test():
    lines = (ROOT / "docs" / "security.md").read_text().splitlines()
    table = [line for line in lines if line.startswith("| ") and "---" not in line][1:]
    assert len(table) == len(ROWS)
