"""Records packed into one cell: a JSON object, or name=value pairs, as exchanges of other platforms hand them on. Pure.

Kept is a JSON object of texts, each without what must not stand in free text.
"""

import re

import orjson

from connectors.conversion.cells import CellError
from connectors.conversion.normalise import read_bounded, read_text

MOST_MEMBERS = 200
_PAIRS = re.compile(r"[;；&|\n]")
_UNREADABLE = (
    "不是一条记录：应为 JSON 对象，或 名称=值;名称=值 not a record: a JSON object is wanted, or name=value;name=value"
)


def read_packed(cell: str) -> str | None:
    """Return the record a cell holds as a JSON object of texts. Raises CellError where it holds none."""
    value = read_bounded(cell)
    if value is None:
        return None
    members = _of_json(value) if value.startswith("{") else _of_pairs(value)
    if not members or len(members) > MOST_MEMBERS:
        raise CellError("payload_unreadable", _UNREADABLE)
    return orjson.dumps({name: read_text(said) or "" for name, said in members.items()}).decode()


def _of_json(value: str) -> dict[str, str]:
    try:
        members = orjson.loads(value)
        return {name.strip(): _text(said) for name, said in members.items() if name.strip()}
    except (orjson.JSONDecodeError, TypeError) as fault:
        raise CellError("payload_unreadable", _UNREADABLE) from fault


def _text(said: object) -> str:
    """Return a member as text; several are joined by semicolons. Raises TypeError for an object within the object."""
    if said is None:
        return ""
    if isinstance(said, bool):
        return "是" if said else "否"
    if isinstance(said, list):
        return ";".join(map(_text, said))
    if isinstance(said, dict):
        raise TypeError
    return str(said)


def _of_pairs(value: str) -> dict[str, str]:
    """Read 文号=甲;类别=警告;罚款: a piece without = belongs to the value before it."""
    members: dict[str, str] = {}
    last = ""
    for piece in _PAIRS.split(value):
        name, equals, said = piece.replace("＝", "=").partition("=")
        if equals and name.strip():
            last = name.strip()
            if last in members:
                raise CellError("payload_unreadable", f"{last[:50]} 出现两次 stands there twice")
            members[last] = said.strip()
        elif piece.strip():
            if not last:
                raise CellError("payload_unreadable", _UNREADABLE)
            members[last] = f"{members[last]};{piece.strip()}"
    return members
