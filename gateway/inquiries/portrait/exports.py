"""The network of a portrait as files that other programs read."""

from collections.abc import Callable, Mapping
from typing import Literal
from uuid import UUID

import orjson
from starlette.responses import Response

from gateway.inquiries.portrait.bods import bods_statements
from gateway.inquiries.portrait.ftm import ftm_lines

Form = Literal["bods", "ftm"]


def _bods(answer: str, names: Mapping[str, str]) -> bytes:
    return orjson.dumps(bods_statements(answer, names), option=orjson.OPT_INDENT_2) + b"\n"


# How each is made, its media type, and how the file's name ends.
FORMS: Mapping[Form, tuple[Callable[[str, Mapping[str, str]], bytes], str, str]] = {
    "bods": (_bods, "application/json", "bods.json"),
    "ftm": (ftm_lines, "application/x-ndjson", "ftm.ndjson"),
}


def network_bytes(answer: str, form: Form) -> bytes:
    """Return the network of a signed answer in a form. Raises DeniedError for an answer that tells none."""
    return FORMS[form][0](answer, {})


def network_file(uscc: str, inquiry_id: UUID, answer: str, form: Form, names: Mapping[str, str]) -> Response:
    """Return the network of a signed answer as a file, with the names that go beside it. Raises DeniedError for an
    answer that tells none.
    """
    made, media_type, ending = FORMS[form]
    headers = {
        "Content-Disposition": f'attachment; filename="network-{uscc}-{inquiry_id}.{ending}"',
        "Cache-Control": "no-store",
    }
    return Response(made(answer, names), media_type=media_type, headers=headers)
