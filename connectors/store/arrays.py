"""Arrays as PostgreSQL spells them, for statements that take many values at once. Pure."""

from collections.abc import Iterable


def text_array(values: Iterable[str]) -> str:
    """Spell texts, numbers or ids as an array (PostgreSQL's manual, 8.15.2): a list takes the driver far longer.

    The statement says of what type the array is.
    """
    texts = list(values)
    together = "".join(texts)
    if together.isalnum() and together.isascii() and min(map(len, texts)) > len("NULL"):  # codes and ids, as mostly
        return "{" + ",".join(texts) + "}"
    return '{"' + '","'.join(text.replace("\\", "\\\\").replace('"', '\\"') for text in texts) + '"}' if texts else "{}"


def bytes_array(values: Iterable[bytes]) -> str:
    """Spell digests as an array of bytea, as text_array does."""
    spelled = '","\\\\x'.join(map(bytes.hex, values))
    return '{"\\\\x' + spelled + '"}' if spelled else "{}"
