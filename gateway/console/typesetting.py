"""PDF set by Typst in a Chinese font that comes as a package: no program and no font of the host.

What is set is handed over as data, never as source: nothing in a name is taken for a command. The same data gives the
same bytes, where the template sets no date of its own.
"""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from gateway.runtime.denial import DeniedError

FONTS = "pylopdf_fonts_zh_cn"


def set_pdf(template: Path, data: Mapping[str, Any]) -> bytes:
    """Return the PDF that a template makes of data. Raises DeniedError where it cannot be set here."""
    if find_spec("typst") is None or find_spec(FONTS) is None:
        raise DeniedError("pdf-unavailable")
    fonts = Path(str(import_module(FONTS).__file__)).parent
    set_: bytes = import_module("typst").compile(
        template.read_bytes(), format="pdf", sys_inputs={"data": orjson.dumps(data).decode()},
        font_paths=[str(fonts)], ignore_system_fonts=True,
    )  # fmt: skip
    return set_
