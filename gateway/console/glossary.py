"""The words of the program with what each means, in the reader's language: docs/glossary.md, which ships beside."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gateway.console.texts import LANGUAGES

_CODE = re.compile(r"`(.+?)`")


@dataclass(frozen=True)
class Term:
    """One row: the anchors it is found by (a word each), how it is called, and what it means."""

    anchors: tuple[str, ...]
    name: str
    meaning: str


@cache
def terms(language: str) -> tuple[Term, ...]:
    """Return every term in "zh" or "en", in the order of their English words; one without a meaning is left out."""
    rows = [row for row in _rows() if row[_MEANING[language]]]
    return tuple(
        Term(_anchors(row[0]), _name(row, language), _CODE.sub(r"\1", row[_MEANING[language]]).replace("*", ""))
        for row in sorted(rows, key=lambda row: row[0].lower())
    )


@cache
def term(word: str, language: str) -> Term | None:
    """Return the term that a word is an anchor of, None where the glossary has none."""
    return next((one for one in terms(language) if word in one.anchors), None)


def _name(row: tuple[str, ...], language: str) -> str:
    return row[0] if language == "en" else row[1].replace(", ", "、")


def _anchors(words: str) -> tuple[str, ...]:
    return tuple(word.strip().lower().replace(" ", "-") for word in words.split(","))


@cache
def _rows() -> tuple[tuple[str, ...], ...]:
    """Return the table's rows: word, 中文, meaning, 含义; what is not there is empty."""
    shipped = Path(__file__).with_name("glossary.md")
    page = shipped if shipped.exists() else Path(__file__).parents[2] / "docs" / "glossary.md"
    lines = [line for line in page.read_text("utf-8").splitlines() if line.startswith("|")][2:]
    return tuple((*(cell.strip() for cell in line.strip("|").split("|")), "")[:4] for line in lines)


_MEANING = dict(zip(LANGUAGES, (3, 2), strict=True))
