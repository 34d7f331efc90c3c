"""What came of a trial, as it is kept: how many at each level, who would move, how well each watch finds. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from gateway.risk_analysis.known import Known
from risk_monitor.trial import Key, Way, count_levels, hits_of, moves_of
from risk_monitor.watch import Watch

Outcome = tuple[dict[str, Any], list[list[Any]]]
MOST_MOVES = 5_000
WAYS: tuple[Way, ...] = get_args(Way)


def compared(subjects: int, watches: Sequence[Watch], found: Sequence[Mapping[Key, str]], known: Known) -> Outcome:
    """Return what there is to tell of the watch in force and the one that is tried, in this order; and the first
    MOST_MOVES of those that would move, each as number, type, level before and after. `ways` count all of them.
    """
    moves = moves_of(*found)
    ways = Counter(one.way for one in moves)
    told = {
        "subjects": subjects,
        "known": {"bad": len(known.bad), "sound": len(known.sound)},
        "sides": [
            {
                "watch": watch.digest, "budget": watch.budget(subjects), "levels": count_levels(levels),
                "enterprises": len({subject for subject, _ in levels}),
                "hits": vars(hits_of(levels, known.bad, known.sound)),
            }
            for watch, levels in zip(watches, found, strict=True)
        ],
        "ways": {way: ways[way] for way in WAYS},
    }  # fmt: skip
    return told, [[one.subject, one.type, one.before, one.after] for one in moves[:MOST_MOVES]]
