"""A statement as PDF, set by Typst in a Chinese font that comes as a package: no program and no font of the host.

What is set is handed over as data, never as source: nothing in a name is taken for a command.
"""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from gateway.runtime.denial import DeniedError
from gateway.statements.sheet import HEADER, rows_of
from signing.canonical import sha256_hex

TEMPLATE = Path(__file__).with_name("statement.typ")
FONTS = "pylopdf_fonts_zh_cn"
COUNTED = {
    "all": "全部", "answered": "已应答", "denied": "未准", "failed": "未成", "open": "在办",
    "consent-request": "请求授权",
}  # fmt: skip


def as_pdf(content: bytes, signature: str) -> bytes:
    """Return the PDF of a statement's content. Raises DeniedError where it cannot be set here."""
    if find_spec("typst") is None or find_spec(FONTS) is None:
        raise DeniedError("pdf-unavailable")
    said: Mapping[str, Any] = orjson.loads(content)
    data = {
        "name": said["name"] or said["enterprise"], "enterprise": said["enterprise"], "month": said["month"],
        "issuer": said["issuer"], "made_at": said["made_at"], "header": [HEADER[at] for at in _SHOWN],
        "rows": [[row[at] for at in _SHOWN] for row in rows_of(said)], "digest": sha256_hex(content),
        "counts": [[label, str(said["counts"][name])] for name, label in COUNTED.items()], "signature": signature,
    }  # fmt: skip
    fonts = Path(str(import_module(FONTS).__file__)).parent
    set_: bytes = import_module("typst").compile(
        TEMPLATE.read_bytes(), format="pdf", sys_inputs={"data": orjson.dumps(data).decode()},
        font_paths=[str(fonts)], ignore_system_fonts=True,
    )  # fmt: skip
    return set_


_SHOWN = (0, 1, 4, 5, 6, 7, 13, 8, 9)  # of the header: other ids stand in the CSV and in the content
