"""How often proposals for records known by a name alone are right: real names, spelled as other agencies spell them.

    XINQIAO_REAL_DATA=… .venv/bin/python -m benchmarks.name_matching [--python .venv-modeling/bin/python]

The register is the registrations of a city with what 1 in 6 of the names are left out of, so that some have no right
answer. Each name is distorted in one of the ways of WAYS; what folding alone would find is counted apart, since nobody
has to decide on it. Prints precision and recall by weight, and how many of each way are found.
"""

import argparse
import csv
import os
import random
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from connectors.conversion.identifiers import is_uscc
from connectors.matching.proposing import LEAST_WEIGHT, Candidate, Named, compare
from connectors.model.folding import name_key
from gateway.matching.reading import GRADES

SEED = 17
WANTED = 3_000
ABSENT = 6  # one in so many is not in the register
WEIGHTS = (-6, -4, -2, 0, 2, 4, 6, 8)
_OTHERS = "鑫宏达华新东海兴隆恒瑞金龙永盛天成明光科泰"
_PLACES = ("温州市", "乐清市", "瑞安市", "永嘉县", "平阳县", "苍南县", "文成县", "泰顺县", "浙江省", "浙江", "温州")
Way = Callable[[random.Random, str], str]


def _full_width(_: random.Random, name: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in f" {name} ").replace("(", "（")


def _spaced(chance: random.Random, name: str) -> str:
    at = chance.randrange(1, len(name))
    return f"{name[:at]} {name[at:]}"


def _bracketed(_: random.Random, name: str) -> str:
    place = next((place for place in _PLACES if name.startswith(place)), "")
    rest = name[len(place) :]
    return f"{rest[:2]}（{place.rstrip('市县省')}）{rest[2:]}" if place else f"{name}（普通）"


def _without_place(_: random.Random, name: str) -> str:
    place = next((place for place in _PLACES if name.startswith(place)), "")
    return name[len(place) :]


def _short_place(_: random.Random, name: str) -> str:
    return name.replace("市", "", 1).replace("县", "", 1)


def _truncated(chance: random.Random, name: str) -> str:
    return name[: -chance.randint(2, 5)]


def _other_form(_: random.Random, name: str) -> str:
    for old, new in (("有限责任公司", "有限公司"), ("有限公司", "公司"), ("公司", "有限公司"), ("厂", "有限公司")):
        if name.endswith(old):
            return name[: -len(old)] + new
    return f"{name}有限公司"


def _slip(chance: random.Random, name: str) -> str:
    at = chance.randrange(len(name) - 4)
    return name[:at] + chance.choice(_OTHERS) + name[at + 1 :]


def _dropped(chance: random.Random, name: str) -> str:
    at = chance.randrange(len(name) - 4)
    return name[:at] + name[at + 1 :]


def _moved(chance: random.Random, name: str) -> str:
    """A name before the enterprise moved: another place."""
    return chance.choice(_PLACES[:8]) + _without_place(chance, name)


def _renamed(chance: random.Random, name: str) -> str:
    """A name before the enterprise took another brand: only a former code or an agency's file can tell."""
    rest = _without_place(chance, name)
    return name[: len(name) - len(rest)] + "".join(chance.sample(_OTHERS, 2)) + rest[2:]


WAYS: Mapping[str, Way] = {
    "full width, blanks": _full_width, "a blank within": _spaced, "place in brackets": _bracketed,
    "place left out": _without_place, "place without its ending": _short_place, "end cut off": _truncated,
    "another form": _other_form, "one character wrong": _slip, "one character missing": _dropped,
    "another place (old name)": _moved, "another brand (old name)": _renamed,
}  # fmt: skip


def main() -> None:
    """Print the report."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--python", default=".venv-modeling/bin/python")
    python = asked.parse_args().python
    path = Path(os.environ["XINQIAO_REAL_DATA"]) / "wenzhou_registration/wenzhou_registration_1980_2004.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        names = {row["uscc"]: row["name"] for row in csv.DictReader(file) if is_uscc(row["uscc"])}
    chance = random.Random(SEED)
    chosen = [code for code in chance.sample(sorted(names), WANTED) if len(names[code]) >= 7]
    distorted = {code: (way := chance.choice(list(WAYS)), WAYS[way](chance, names[code])) for code in chosen}
    absent = set(chosen[::ABSENT])
    register = {code: name for code, name in names.items() if code not in absent}
    keys = {name_key(name) for name in register.values()}
    folded = {code for code, (_, spelled) in distorted.items() if name_key(spelled) in keys}
    wanted = [Named(code, spelled) for code, (_, spelled) in distorted.items() if code not in folded]
    found = compare(wanted, [Named(code, name, code[2:8]) for code, name in register.items()], python, WEIGHTS[0])
    print(f"register {len(register)}, names {len(chosen)}, of them found by folding alone {len(folded)}, "
          f"compared {len(wanted)}, of them not in the register {sum(one.id in absent for one in wanted)}")  # fmt: skip
    _by_weight(found.candidates, {one.id for one in wanted} - absent)
    _by_grade(found.candidates)
    _by_way({code: way for code, (way, _) in distorted.items()}, found.candidates, folded, absent)


def _by_weight(candidates: list[Candidate], findable: set[str]) -> None:
    best: dict[str, list[Candidate]] = {}
    for one in candidates:
        best.setdefault(one.wanted, []).append(one)
    print("weight  names proposed  first is right (precision)  recall  right one among those shown")
    for least in WEIGHTS:
        shown = {code: [one for one in ones if one.weight >= least] for code, ones in best.items()}
        shown = {code: ones for code, ones in shown.items() if ones}
        right = sum(ones[0].subject == code for code, ones in shown.items())
        among = sum(any(one.subject == code for one in ones) for code, ones in shown.items())
        print(f"{least:>6}  {len(shown):>14}  {right / max(1, len(shown)):>26.3f}  {right / len(findable):>6.3f}  "
              f"{among / max(1, len(shown)):>27.3f}")  # fmt: skip


def _by_grade(candidates: list[Candidate]) -> None:
    first: dict[str, Candidate] = {}
    for one in candidates:
        first.setdefault(one.wanted, one)
    print("grade   first proposals  right of a hundred")
    highest = 99.0
    for grade, (least, _) in GRADES.items():
        of = [one for one in first.values() if max(least, LEAST_WEIGHT) <= one.weight < highest]
        right = sum(one.subject == one.wanted for one in of)
        print(f"{grade:<7} {len(of):>15}  {100 * right / max(1, len(of)):>18.0f}")
        highest = least


def _by_way(ways: Mapping[str, str], candidates: list[Candidate], folded: set[str], absent: set[str]) -> None:
    first: dict[str, Candidate] = {}
    for one in candidates:
        if one.weight >= LEAST_WEIGHT:
            first.setdefault(one.wanted, one)
    asked, right, wrong = Counter[str](), Counter[str](), Counter[str]()
    for code, way in ways.items():
        if code in folded or code in absent:
            continue
        asked[way] += 1
        if proposed := first.get(code):
            (right if proposed.subject == code else wrong)[way] += 1
    print(f"way (weight from {LEAST_WEIGHT})  compared  right  wrong  none")
    for way in WAYS:
        print(
            f"{way:<28}  {asked[way]:>8}  {right[way]:>5}  {wrong[way]:>5}  {asked[way] - right[way] - wrong[way]:>4}"
        )


if __name__ == "__main__":
    main()
