"""Units of quantities, and how much of one another is. Pure.

A unit is a base with a Chinese multiple before it (万吨, 亿元) or a name of its own (亩, %); a share has the unit "",
or "1" where a column has to say so.
"""

import unicodedata
from decimal import Decimal
from functools import cache

_MULTIPLES = {"千": Decimal(1_000), "万": Decimal(10_000), "百万": Decimal(1_000_000), "亿": Decimal(100_000_000)}
# Other names of a base, and how much of it they are. The statutory units of measurement: GB 3100; the 亩 is 2,000/3 ㎡.
_NAMED = {
    "1": ("", Decimal(1)),
    "%": ("", Decimal("0.01")),
    "‰": ("", Decimal("0.001")),
    "圆": ("元", Decimal(1)),
    "人民币": ("元", Decimal(1)),
    "立方米": ("m3", Decimal(1)),
    "立方": ("m3", Decimal(1)),
    "方": ("m3", Decimal(1)),
    "度": ("千瓦时", Decimal(1)),
    "kwh": ("千瓦时", Decimal(1)),
    "t": ("吨", Decimal(1)),
    "千克": ("吨", Decimal("0.001")),
    "公斤": ("吨", Decimal("0.001")),
    "kg": ("吨", Decimal("0.001")),
    "平方米": ("m2", Decimal(1)),
    "公顷": ("m2", Decimal(10_000)),
    "亩": ("m2", Decimal(2_000) / 3),
    "平方公里": ("m2", Decimal(1_000_000)),
    "月份": ("月", Decimal(1)),
    "个月": ("月", Decimal(1)),
}
_WHOLE = frozenset({"千瓦时", *_NAMED})


@cache
def ratio(unit: str, into: str) -> Decimal | None:
    """Return how much of `into` one `unit` is; None where they measure different things; 万 alone is of its base."""
    (base, scale), (wanted, by) = _parsed(unit), _parsed(into)
    if not base and scale > 1:
        base = wanted
    return scale / by if base == wanted else None


def _parsed(unit: str) -> tuple[str, Decimal]:
    """Return the base and how much of it the unit is."""
    name = unicodedata.normalize("NFKC", unit).strip().casefold()
    multiple = Decimal(1)
    if name not in _WHOLE:
        prefix = max((word for word in _MULTIPLES if name.startswith(word)), key=len, default="")
        multiple, name = _MULTIPLES.get(prefix, multiple), name.removeprefix(prefix)
    base, scale = _NAMED.get(name, (name, Decimal(1)))
    return base, scale * multiple
