"""A statement as PDF."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from gateway.console.typesetting import set_pdf
from gateway.statements.sheet import HEADER, rows_of
from signing.canonical import sha256_hex

TEMPLATE = Path(__file__).with_name("statement.typ")
COUNTED = {
    "all": "全部", "answered": "已应答", "denied": "未准", "failed": "未成", "open": "在办",
    "consent-request": "请求授权",
}  # fmt: skip


def as_pdf(content: bytes, signature: str) -> bytes:
    """Return the PDF of a statement's content. Raises DeniedError where it cannot be set here."""
    said: Mapping[str, Any] = orjson.loads(content)
    data = {
        "name": said["name"] or said["enterprise"], "enterprise": said["enterprise"], "month": said["month"],
        "issuer": said["issuer"], "made_at": said["made_at"], "header": [HEADER[at] for at in _SHOWN],
        "rows": [[row[at] for at in _SHOWN] for row in rows_of(said)], "digest": sha256_hex(content),
        "counts": [[label, str(said["counts"][name])] for name, label in COUNTED.items()], "signature": signature,
    }  # fmt: skip
    return set_pdf(TEMPLATE, data)


_SHOWN = (0, 1, 4, 5, 6, 7, 13, 8, 9)  # of the header: other ids stand in the CSV and in the content
