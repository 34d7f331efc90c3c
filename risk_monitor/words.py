"""What a sign that holds says, in words, as a regulator reads it. Pure."""

from risk_monitor.watch import Sign, Text

_PERCENT = 100
_FEN = 100


def told(sign: Sign, value: int) -> Text:
    """Return a sign's text with its measure in it."""
    shown = _shown(sign, value)
    return Text(sign.text.zh.replace("{value}", shown), sign.text.en.replace("{value}", shown))


def _shown(sign: Sign, value: int) -> str:
    if sign.shown == "percent":
        return f"{_decimal(value, _PERCENT)}%"
    return _decimal(value, _FEN) if sign.shown == "yuan" else str(value)


def _decimal(value: int, scale: int) -> str:
    whole, rest = divmod(abs(value), scale)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{rest:02d}".rstrip("0").rstrip(".") if rest else f"{sign}{whole}"
