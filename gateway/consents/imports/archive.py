"""A ZIP of a sheet and scans, read: `consents.xlsx` or `consents.csv`, and the files that its rows name."""

import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError

from connectors.decoding.decode import decode
from connectors.errors import MalformedError
from connectors.model.calendar import day_ends
from consent.terms import PRODUCTS, PURPOSES
from gateway.consents.drafting import ConsentRequest
from gateway.consents.files import LONGEST_FILE, SCAN, SCAN_SUFFIXES, File
from gateway.consents.imports.rows import Row, ScannedRow, WrongRow
from gateway.consents.words import PRODUCTS_EN, PURPOSES_EN
from gateway.runtime.denial import DeniedError
from signing.canonical import sha256_hex

SHEETS = ("consents.xlsx", "consents.csv")
MOST_ROWS = 200
LARGEST_SHEET = 1024 * 1024
MOST_UNPACKED = 64 * 1024 * 1024  # of all scans together
# Headings that are read, in Chinese or in English; the first is the form's.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "subject": ("统一社会信用代码", "subject", "uscc"),
    "products": ("产品", "products"),
    "purpose": ("用途", "purpose"),
    "valid_until": ("有效至", "valid_until"),
    "max_uses": ("最多次数", "max_uses"),
    "scan": ("扫描件文件名", "scan"),
}
_PRODUCTS = {name: code for code in PRODUCTS for name in (code, PRODUCTS[code], PRODUCTS_EN[code])}
_PURPOSES = {name: code for code in PURPOSES for name in (code, PURPOSES[code], PURPOSES_EN[code])}
_COMMAS = str.maketrans("、，；;", ",,,,")


@dataclass
class _Archive:
    """The members of a ZIP by their own names, whatever folder they lie in; and how much was unpacked of them."""

    opened: zipfile.ZipFile
    members: Mapping[str, zipfile.ZipInfo]
    unpacked: int = 0

    def read(self, name: str, most: int) -> bytes | None:
        """Return a member of at most `most` bytes, None where it is not there or larger. Raises DeniedError where all
        together are too much.
        """
        found = self.members.get(name)
        if found is None or found.file_size > most:
            return None
        with self.opened.open(found) as member:  # what it says of its size is not believed
            content = member.read(most + 1)
        self.unpacked += len(content)
        if self.unpacked > MOST_UNPACKED:
            raise DeniedError(
                "import-refused", f"解开后超过 {MOST_UNPACKED} 字节 more than {MOST_UNPACKED} bytes unpacked"
            )
        return content if len(content) <= most else None


def read_archive(content: bytes) -> list[Row]:
    """Return the rows of a ZIP. Raises DeniedError for what is none, has no sheet, or too many rows."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as opened:
            members = {PurePosixPath(_name(one)).name: one for one in opened.infolist() if not one.is_dir()}
            return _read(_Archive(opened, members))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as fault:
        raise DeniedError("import-refused", "不是可读的 ZIP 文件 not a ZIP file that can be read") from fault
    except MalformedError as fault:
        raise DeniedError("import-refused", str(fault)) from fault


def _name(member: zipfile.ZipInfo) -> str:
    """Return a member's name; archives made on Chinese systems spell it in GB18030 and do not say so."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return member.filename


def _read(archive: _Archive) -> list[Row]:
    sheet = next((archive.read(name, LARGEST_SHEET) for name in SHEETS if name in archive.members), None)
    if sheet is None:
        raise DeniedError("import-refused", f"缺少表格或表格过大 it has no sheet, or a large one: {', '.join(SHEETS)}")
    with tempfile.NamedTemporaryFile() as target:
        target.write(sheet)
        target.flush()
        table = decode(Path(target.name))
        places = _places(table.header)
        found: list[Row] = []
        first: dict[tuple[str, ...], int] = {}
        for number, cells in table.rows:
            given = {name: _cell(cells, place) for name, place in places.items()}
            if not any(given.values()):
                continue
            row = _read_row(number, given, archive)
            if (earlier := first.setdefault(tuple(given.values()), number)) != number:
                row = WrongRow(number, row.subject, "import-row-again", f"与第 {earlier} 行相同 as row {earlier}")
            found.append(row)
            if len(found) > MOST_ROWS:
                raise DeniedError("import-refused", f"最多 {MOST_ROWS} 行 at most {MOST_ROWS} rows")
    if not found:
        raise DeniedError("import-refused", "表格中没有行 the sheet has no rows")
    return found


def _places(header: Sequence[str]) -> dict[str, int]:
    """Return where each column is. Raises DeniedError where one is missing."""
    at = {name.strip().lower(): place for place, name in reversed(list(enumerate(header)))}
    places = {
        name: next((at[one] for one in spelled if one in at), -1) for name, spelled in HEADINGS.items()
    }  # fmt: skip
    if missing := [HEADINGS[name][0] for name, place in places.items() if place < 0 and name != "max_uses"]:
        raise DeniedError("import-refused", f"缺少列 columns are missing: {', '.join(missing)}")
    return places


def _read_row(number: int, given: Mapping[str, str], archive: _Archive) -> Row:
    subject = given["subject"]

    def wrong(detail: str) -> WrongRow:
        return WrongRow(number, subject, "import-row-unreadable", detail)

    products = [one.strip() for one in given["products"].translate(_COMMAS).split(",") if one.strip()]
    if not products or any(one not in _PRODUCTS for one in products):
        return wrong(f"产品须为 products: {', '.join(PRODUCTS.values())}")
    if given["purpose"] not in _PURPOSES:
        return wrong(f"用途须为 purpose: {', '.join(PURPOSES.values())}")
    try:
        last = day_ends(date.fromisoformat(given["valid_until"]))
        most = int(given["max_uses"]) if given["max_uses"] else None
    except (ValueError, OverflowError):
        return wrong("有效至写作 2026-12-31，次数写整数 valid_until is 2026-12-31, max_uses a number")
    suffix, content = Path(given["scan"]).suffix.lower(), archive.read(given["scan"], LONGEST_FILE)
    if content is None or suffix not in SCAN_SUFFIXES:
        return wrong(
            f"压缩包中没有此扫描件，或不是 PDF、PNG、JPEG，或超过 {LONGEST_FILE} 字节 "
            f"the archive has no such scan, a PDF, PNG or JPEG of at most {LONGEST_FILE} bytes"
        )
    scan = File(SCAN, SCAN_SUFFIXES[suffix], content)
    asked: dict[str, Any] = {
        "subject": subject, "products": [_PRODUCTS[one] for one in products], "purpose": _PURPOSES[given["purpose"]],
        "valid_until": last, "max_uses": most,
        "evidence": [{"kind": scan.kind, "sha256": sha256_hex(content), "size": len(content)}] if content else [],
    }  # fmt: skip
    try:
        return ScannedRow(number, subject, ConsentRequest.model_validate(asked), scan)
    except ValidationError as fault:
        names = sorted({str(error["loc"][0]) for error in fault.errors()})
        return wrong(f"有误 wrong: {', '.join(names)}")


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place].strip() if 0 <= place < len(cells) else ""
