"""An enterprise's name in its parts, as the law has it built: place, brand, trade and form of organisation. Pure.

The parts stand one after the other without a mark (企业名称登记管理规定 6): 温州市|宏达|鞋业|有限公司. A brand has
mostly two characters; what follows is taken for the trade. Places are told by their ending, and by the register itself:
where it has 温州市, a name that begins with 温州 begins with a place.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from connectors.model.folding import name_key

BRAND = 2  # characters
LEAST_PLACE = 3  # names of the register that begin with a place, before it is known for one without its ending
_PLACE = re.compile(r"[^省市县区()]{2,3}(?:省|自治区)|[^省市县区()]{2,4}[市县]|[^省市县区()]{1,3}区")
_ENDING = re.compile(r"(?:省|自治区|市|县|区)$")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_FORM = re.compile(
    r"(?P<branch>分公司|分厂|分店|分社|分院|分中心|支行|分行|[分支]部|办事处|营业厅)$"
    r"|(?P<company>(?:股份)?(?:有限)?(?:责任)?(?:总|子)?公司?|股份(?:有限?)?|有限(?:责任)?|有)$"
    r"|(?P<partners>(?:普通|有限|特殊普通)?合伙(?:企业)?)$"
    r"|(?P<group>集团)$"
    r"|(?P<works>总?厂)$"
    r"|(?P<cooperative>(?:专业)?合作(?:联社|社))$"
    r"|(?P<shop>商店|商行|门市部|经营部|服务部|经销部|营业部|工作室|超市|商场|酒楼|饭店|宾馆|店|部|行|馆|庄)$"
    r"|(?P<body>协会|学会|中心|事务所|研究[院所]|医院|学校|幼儿园|银行|信用社|站|所|院|社|局)$"
)
_SHORTEST = 2  # what is left of a name before its form


class NameParts(NamedTuple):
    """A name in its parts; "" for a part that it does not have."""

    place: str
    brand: str
    trade: str
    form: str


def find_places(names: Iterable[str]) -> frozenset[str]:
    """Return the places that names of a register begin with, also without their endings: 温州 beside 温州市."""
    seen: Counter[str] = Counter()
    for name in names:
        seen.update(_leading(name_key(name))[0])
    bare = {_ENDING.sub("", place) for place, times in seen.items() if times >= LEAST_PLACE}
    return frozenset(place for place in bare if len(place) >= BRAND)


def parts_of(name: str, places: frozenset[str] = frozenset()) -> NameParts:
    """Return a name in its parts."""
    folded = name_key(name)
    bracketed = _BRACKETS.findall(folded)
    rest = _BRACKETS.sub("", folded)
    found, rest = _leading(rest, places)
    found += [_ENDING.sub("", word) for word in bracketed if _ENDING.sub("", word) in places]
    rest, form = _without_form(rest)
    place = "".join(_ENDING.sub("", one) for one in dict.fromkeys(found))
    return NameParts(place, rest[:BRAND], rest[BRAND:], form)


def _leading(name: str, places: frozenset[str] = frozenset()) -> tuple[list[str], str]:
    """Return the places a name begins with, and the rest of it."""
    found: list[str] = []
    while True:
        match = _PLACE.match(name)
        place = match[0] if match else next((name[:size] for size in (4, 3, 2) if name[:size] in places), "")
        if not place or len(name) - len(place) < _SHORTEST:
            return found, name
        found.append(place)
        name = name[len(place) :]


def _without_form(name: str) -> tuple[str, str]:
    """Return what comes before the form of organisation, and which form it is: a truncated one is told as well."""
    match = _FORM.search(name)
    if not match or match.start() < _SHORTEST:
        return name, ""
    return name[: match.start()], str(match.lastgroup)
