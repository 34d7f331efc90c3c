"""The sheets of an XLSX workbook, every cell as Excel shows it (ECMA-376 part 1, 18.3), and the cells that cannot be
used named: errors, formulas whose result was not saved, numbers longer than Excel keeps.

Read in a process of its own (connectors/decoding/workbook.py).
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from pathlib import Path, PurePosixPath

from lxml import etree

from connectors.decoding.number_formats import Form, forms_of
from connectors.decoding.sheet import Cell, Sheet, shown_or_rounded

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
LARGEST_PART = 1 << 24  # bytes of a part that is read at once
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # 22.4.2.4: characters that XML cannot hold
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_TRUE = {"1", "true"}
# What readers raise for bytes that are no workbook; RuntimeError is an encrypted one.
DAMAGE = (
    zipfile.BadZipFile, zlib.error, etree.LxmlError, LookupError, ValueError, EOFError, StopIteration, RuntimeError,
)  # fmt: skip


class Workbook:
    """An opened workbook; `sheets` names its sheets in their order."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises KeyError and what zipfile and lxml raise where it is damaged."""
        self._archive = zipfile.ZipFile(path)
        start = next(target for kind, target in self._relations("").values() if kind == "officeDocument")
        book = _parse(self._archive, start)
        properties = book.find("{*}workbookPr")
        self._from_1904 = properties is not None and properties.get("date1904") in _TRUE
        relations = self._relations(start)
        self._parts: dict[str, str] = {}
        self._hidden = set()
        for sheet in book.iter("{*}sheet"):
            kind, target = relations[next(value for key, value in sheet.attrib.items() if key.endswith("}id"))]
            if kind == "worksheet":
                name = str(sheet.get("name"))
                self._parts[name] = target
                if sheet.get("state", "visible") != "visible":
                    self._hidden.add(name)
        self.sheets = list(self._parts)
        others = dict(relations.values())
        self._forms = _forms(self._archive, others.get("styles"))
        self._shared = self._texts(others.get("sharedStrings"))

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the parts that a part names: kind and name by id (ECMA-376 part 2, 9.3)."""
        folder, name = PurePosixPath(part).parent, PurePosixPath(part).name
        listed = _parse(self._archive, str(folder / "_rels" / f"{name}.rels"))
        found = {}
        for relation in listed.iter("{*}Relationship"):
            target = str(relation.get("Target"))
            whole = target.lstrip("/") if target.startswith("/") else str(folder / target)
            found[str(relation.get("Id"))] = (str(relation.get("Type")).rpartition("/")[2], whole)
        return found

    def _texts(self, part: str | None) -> list[str]:
        return [_text(item) for item in _elements(self._archive, part, "{*}si")] if part else []

    def is_hidden(self, name: str) -> bool:
        """Tell whether Excel does not show a sheet."""
        return name in self._hidden

    def holds_rows(self, name: str) -> bool:
        """Tell whether a sheet holds anything."""
        return bool(self.read(name, most=1).rows)

    def read(self, name: str, most: int | None = None) -> Sheet:
        """Return a sheet, or the first rows of it that hold anything."""
        sheet, before = Sheet(), 0
        for element in _elements(self._archive, self._parts[name], ("{*}row", "{*}mergeCell")):
            if element.tag.rpartition("}")[2] == "mergeCell":
                _add_merged(sheet, str(element.get("ref")))
                continue
            before = _row_number(element, before)
            sheet.add_row(before, self._cells(element))
            if sheet.is_full(most):
                break
        return sheet

    def _cells(self, row: etree._Element) -> Iterator[Cell]:
        place = -1
        for cell in row:
            ref = cell.get("r")
            place = _place(ref.rstrip("0123456789")) if ref else place + 1
            if place >= MOST_COLUMNS:
                raise ValueError(ref)
            yield place, *self._shown(cell)

    def _shown(self, cell: etree._Element) -> tuple[str, str]:
        """Return what a cell shows, and what is wrong with it."""
        inside = {part.tag.rpartition("}")[2]: part for part in cell}
        kind, value = cell.get("t", "n"), (inside["v"].text or "" if "v" in inside else "")
        if kind == "inlineStr":
            return (_text(inside["is"]) if "is" in inside else ""), ""
        if kind == "str":
            return _unescaped(value), ""
        if not value:
            return (f"={inside['f'].text or ''}", "formula") if "f" in inside else ("", "")
        if kind == "s":
            return self._shared[int(value)], ""
        return self._shown_value(kind, value, cell.get("s"))

    def _shown_value(self, kind: str, value: str, style: str | None) -> tuple[str, str]:
        if kind == "e":
            return value, "error"
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(value, value), ""
        if kind == "d":
            return re.sub(r"T00:00(:00(\.0+)?)?Z?$", "", value), ""
        return shown_or_rounded(value, self._form(style), from_1904=self._from_1904)

    def _form(self, style: str | None) -> Form:
        at = int(style or 0)
        return self._forms[at] if at < len(self._forms) else "plain"


def _forms(archive: zipfile.ZipFile, part: str | None) -> list[Form]:
    """Return what each style makes of a number."""
    if part is None:
        return []
    styles = _parse(archive, part)
    codes = {int(number.get("numFmtId", "-1")): str(number.get("formatCode")) for number in styles.iter("{*}numFmt")}
    used = (int(style.get("numFmtId", "0")) for style in chain.from_iterable(styles.iter("{*}cellXfs")))
    return forms_of(codes, used)


def _elements(archive: zipfile.ZipFile, part: str, tags: str | tuple[str, ...]) -> Iterator[etree._Element]:
    """Yield elements of a part as they end; each is gone once the next is asked for."""
    with archive.open(part) as stream:
        for _, element in etree.iterparse(
            stream, tag=tags, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
            remove_comments=True, remove_pis=True,
        ):  # fmt: skip
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _parse(archive: zipfile.ZipFile, part: str) -> etree._Element:
    if archive.getinfo(part).file_size > LARGEST_PART:
        raise KeyError(part)
    return etree.fromstring(
        archive.read(part), etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    )


def _text(item: etree._Element) -> str:
    """Return the text of an item, of its runs together; how it is pronounced is none of it."""
    texts = [part for part in item if part.tag.endswith("}t")]
    for run in item:
        if run.tag.endswith("}r"):
            texts += [part for part in run if part.tag.endswith("}t")]
    return _unescaped("".join(part.text or "" for part in texts))


def _unescaped(text: str) -> str:
    if "_x" not in text:
        return text
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "")


def _row_number(row: etree._Element, before: int) -> int:
    number = int(row.get("r") or before + 1)
    if not before < number <= MOST_ROWS:
        raise ValueError(number)
    return number


@lru_cache(maxsize=MOST_COLUMNS)
def _place(letters: str) -> int:
    """Return a column's place by its letters, A is 0."""
    if not 1 <= len(letters) <= 3 or not letters.isascii() or not letters.isupper():
        raise ValueError(letters)
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def _add_merged(sheet: Sheet, ref: str) -> None:
    first, _, last = ref.partition(":")
    top, bottom = _CELL.fullmatch(first), _CELL.fullmatch(last)
    if top and bottom:
        sheet.add_merged(_place(top[1]), int(top[2]), int(bottom[2]))
