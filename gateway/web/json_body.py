"""A JSON body looked at before it is parsed: its encoding, its depth, how much is in it, whether a text holds NUL."""

import re

from gateway.runtime.denial import DeniedError

MOST_DEPTH = 32
MOST_PARTS = 10_000  # texts, brackets and commas
# A text, which ends with the body where it is left open; a bracket; a comma. It never goes back: linear in any body.
_PART = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*+\\u0000")


def check_json(body: bytes) -> None:
    """Raise DeniedError for a body that is not UTF-8 (RFC 8259 8.1), too deep, has too many parts, or holds NUL.

    Whether it is JSON is left to the parser.
    """
    try:
        body.decode()
    except UnicodeDecodeError as fault:
        raise _refused("须为 UTF-8 编码 It is not UTF-8.") from fault
    depth = 0
    for number, part in enumerate(_PART.finditer(body), 1):
        mark = body[part.start()]
        depth += (mark in b"[{") - (mark in b"]}")
        if depth > MOST_DEPTH:
            raise _refused(f"嵌套最多 {MOST_DEPTH} 层 It is nested more than {MOST_DEPTH} deep.")
        if number > MOST_PARTS:
            raise _refused(f"内容过多 It has more than {MOST_PARTS} texts, brackets and commas.")
    if _NUL.search(body):
        raise _refused(r"文字不能含 NUL（\u0000） No text can hold NUL (\u0000).")


def _refused(reason: str) -> DeniedError:
    return DeniedError("invalid-request", reason, invalid_params=[{"name": "body", "reason": reason}])
