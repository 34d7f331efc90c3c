"""NDJSON of consents that were signed elsewhere: in each line the terms, as text, and the approvals over them."""

import json

from gateway.consents.imports.archive import MOST_ROWS
from gateway.consents.imports.rows import Row, SignedRow, WrongRow
from gateway.runtime.denial import DeniedError

MOST_APPROVALS = 5


def read_signed(content: bytes) -> list[Row]:
    """Return the rows of NDJSON. Raises DeniedError for no text, no rows, or too many."""
    try:
        lines = content.decode("utf-8-sig").split("\n")  # other marks that end a line may stand in a text
    except UnicodeDecodeError as fault:
        raise DeniedError("import-refused", "须为 UTF-8 文本 it has to be text in UTF-8") from fault
    rows = [_read_line(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not 1 <= len(rows) <= MOST_ROWS:
        raise DeniedError("import-refused", f"须 1 至 {MOST_ROWS} 行 1 to {MOST_ROWS} rows")
    return rows


def _read_line(number: int, line: str) -> Row:
    try:
        members = json.loads(line)
        terms, approvals = members["terms"], tuple(members["approvals"])
        sound = isinstance(terms, str) and set(members) == {"terms", "approvals"}
        sound = sound and 1 <= len(approvals) <= MOST_APPROVALS and all(isinstance(one, str) for one in approvals)
        subject = str(json.loads(terms)["grantor"]["subject_id"]) if sound else ""
    except (ValueError, KeyError, TypeError, RecursionError):
        sound, subject = False, ""
    if not sound:
        detail = (
            f"每行写 terms（条款原文）和 approvals（1 至 {MOST_APPROVALS} 个签名）"
            f"a line has terms, as they were signed, and 1 to {MOST_APPROVALS} approvals"
        )
        return WrongRow(number, subject, "import-row-unreadable", detail)
    return SignedRow(number, subject, terms.encode(), approvals)
