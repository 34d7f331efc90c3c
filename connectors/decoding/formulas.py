"""Formulas in a workbook (ECMA-376 part 1, 18.3.1.40): what a cell shows is then not what stands in it."""

import zipfile
import zlib
from pathlib import Path, PurePosixPath

from lxml import etree

from connectors.decoding.corrections import CorrectionError

_SIGNATURE = b"PK\x03\x04"
LARGEST_PART = 1 << 31  # bytes, unpacked
# What zipfile and lxml raise for bytes that are no workbook; RuntimeError is an encrypted one.
DAMAGE = (
    zipfile.BadZipFile, zlib.error, etree.LxmlError, KeyError, ValueError, EOFError, OSError, RuntimeError,
)  # fmt: skip


def refuse_formulas(path: Path) -> None:
    """Raise CorrectionError that names the first formula of an XLSX file's first sheet; other files pass."""
    with path.open("rb") as file:
        if file.read(4) != _SIGNATURE:
            return
    try:
        with zipfile.ZipFile(path) as archive:
            cell = _find_formula(archive, _first_sheet(archive))
    except DAMAGE as fault:
        raise CorrectionError("电子表格已损坏 the spreadsheet is damaged") from fault
    if cell:
        raise CorrectionError(
            f"单元格 {cell} 是公式，请粘贴为数值 cell {cell} holds a formula: paste its value instead"
        )


def _first_sheet(archive: zipfile.ZipFile) -> str:
    """Return the part of the first sheet, by the workbook's relations."""
    book = _parse(archive, "xl/workbook.xml")
    sheet = next(book.iter("{*}sheet"), None)
    wanted = "" if sheet is None else next((id_ for name, id_ in sheet.attrib.items() if name.endswith("}id")), "")
    for relation in _parse(archive, "xl/_rels/workbook.xml.rels"):
        if relation.get("Id") == wanted:
            target = str(relation.get("Target"))
            return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
    raise KeyError(wanted)


def _parse(archive: zipfile.ZipFile, part: str) -> etree._Element:
    if archive.getinfo(part).file_size > 1 << 24:
        raise KeyError(part)
    return etree.fromstring(archive.read(part), etree.XMLParser(resolve_entities=False, no_network=True))


def _find_formula(archive: zipfile.ZipFile, part: str) -> str | None:
    if archive.getinfo(part).file_size > LARGEST_PART:
        raise KeyError(part)
    with archive.open(part) as stream:
        cells = etree.iterparse(stream, tag="{*}c", resolve_entities=False, no_network=True, load_dtd=False)
        for _, cell in cells:
            if any(etree.QName(child).localname == "f" for child in cell if isinstance(child.tag, str)):
                return str(cell.get("r") or "?")
            row = cell.getparent()
            cell.clear()
            if row is not None and row.getprevious() is not None and row.getparent() is not None:
                row.getparent().remove(row.getprevious())
    return None
