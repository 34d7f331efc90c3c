"""The page of errors in the documentation, printed from the error table: `python -m gateway.web.error_pages FILE`."""

import re
import sys
from pathlib import Path

from gateway.web.error_table import SECTIONS
from gateway.web.errors.row import Section

BEGINS, ENDS = "<!-- printed by make docs -->", "<!-- end -->"
_HEAD = "| 名字 | 状态 | 含义 what it means | 例 worked example | 怎么办 what to do |\n|---|---|---|---|---|"


def printed(page: str) -> str:
    """Return the page with what stands between its markers printed anew. Raises ValueError where it has no markers."""
    sections = "\n\n".join(map(_section, SECTIONS))
    again, times = re.subn(f"(?<={BEGINS}\n).*(?={ENDS})", lambda _: f"{sections}\n", page, flags=re.DOTALL)
    if times != 1:
        raise ValueError(f"The page needs {BEGINS} and {ENDS}, once.")
    return again


def _section(section: Section) -> str:
    rows = (
        f"| `{row.slug or reason}` | {row.status} | {row.title_zh} {row.title_en} | {row.example} "
        f"| {row.remedy_zh} {row.remedy_en} |"
        for reason, row in section.rows.items()
    )
    return "\n".join([f"## {section.heading}\n", _HEAD, *rows])


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(printed(file.read_text()))
