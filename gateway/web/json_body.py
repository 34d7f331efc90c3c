"""A JSON body looked at before its form is: its encoding, how deep it goes, how much is in it, whether a text holds
NUL, and whether an object names a member twice.

Of two members of one name a parser takes either (RFC 8259 4): what one part of a system checks, another would not read.
I-JSON has none (RFC 7493 2.3), and both readers of bodies, the framework's and the front's, would take the last.
"""

import json
import re
from collections import Counter
from typing import Any

from gateway.runtime.denial import DeniedError

MOST_DEPTH = 32
MOST_PARTS = 10_000  # texts, brackets and commas
# A text, which ends with the body where it is left open; a bracket; a comma. It never goes back: linear in any body.
_PART = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*+\\u0000")


def check_json(body: bytes) -> None:
    """Raise DeniedError for a body that is not UTF-8 (RFC 8259 8.1), is too deep, has too many parts, names a member
    twice, or holds NUL, which no database text can.

    Whether it is JSON is left to the parser.
    """
    try:
        text = body.decode("utf-8-sig")
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
    _check_names(text)


def _check_names(text: str) -> None:
    """Raise DeniedError for an object that names a member twice."""
    try:
        _DECODER.decode(text)
    except _TwiceError as fault:
        name = str(fault)[:100]  # it is told to whoever sent it
        raise _refused(f"成员 {name} 出现了两次 The member {name} is named twice (RFC 8259 4).", name) from None
    except ValueError:
        return  # no JSON


class _TwiceError(Exception):
    """The member of this name stands twice in one object."""


def _once(pairs: list[tuple[str, Any]]) -> None:
    """Look at an object's members; nothing of it is kept."""
    if len(dict(pairs)) != len(pairs):
        raise _TwiceError(next(name for name, many in Counter(name for name, _ in pairs).items() if many > 1))


_DECODER = json.JSONDecoder(object_pairs_hook=_once)


def _refused(reason: str, name: str = "body") -> DeniedError:
    return DeniedError("invalid-request", reason, invalid_params=[{"name": name, "reason": reason}])
