"""Arrays as PostgreSQL spells them, for statements that take many values at once. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID


def text_array(values: Iterable[str]) -> str:
    """Spell texts, numbers or ids as an array (PostgreSQL's manual, 8.15.2): a list takes the driver far longer.

    The statement says of what type the array is.
    """
    texts = list(values)
    together = "".join(texts)
    if together.isalnum() and together.isascii() and min(map(len, texts)) > len("NULL"):  # codes and ids, as mostly
        return "{" + ",".join(texts) + "}"
    if texts and "\\" not in together and '"' not in together:
        return '{"' + '","'.join(texts) + '"}'
    return "{" + ",".join(map(_quoted, texts)) + "}"


def bytes_array(values: Iterable[bytes]) -> str:
    """Spell digests as an array of bytea, as text_array does."""
    spelled = '","\\\\x'.join(map(bytes.hex, values))
    return '{"\\\\x' + spelled + '"}' if spelled else "{}"


def array_of(values: Sequence[str | int | UUID | date | bytes | None]) -> str:
    """Spell values of one type as an array, None as NULL; dates and moments as ISO 8601 has them."""
    kinds = {*map(type, values)}
    if kinds == {str}:
        return text_array(values)  # type: ignore[arg-type]  # texts, by the line above
    if kinds == {bytes}:
        return bytes_array(values)  # type: ignore[arg-type]  # bytes, by the line above
    return "{" + ",".join(["NULL" if one is None else _spelled(one) for one in values]) + "}"


def _spelled(value: str | int | UUID | date | bytes) -> str:
    match value:
        case str():
            return _quoted(value)
        case bytes():
            return '"\\\\x' + value.hex() + '"'
        case date():
            return '"' + value.isoformat() + '"'
    return str(value)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
