"""What of a network is known: an empty list says "none" only where what it rests on was delivered and may be read.

Pure.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from gateway.network.network_of import NetworkFound
from scoring_adapter.network.declared import RESTS_ON

Known = Literal["told", "unknown", "withheld", "cut"]
KNOWN: tuple[Known, ...] = ("told", "unknown", "withheld", "cut")
OWN = ("holders", "holdings", "guarantees", "leads")  # relations of the enterprise itself
WHOLE = frozenset({"holders", "holdings", "controllers", "circles"})  # what a network that was cut cannot tell


@dataclass(frozen=True)
class Delivered:
    """Which datasets may be read, which were ever delivered, and whether the enterprise's own registration came."""

    readable: Collection[str]
    fed: Collection[str]
    registered: bool


def known_of(found: NetworkFound, came: Delivered) -> dict[str, Known]:
    """Return of each list, and of each kind of relation of the enterprise, whether it is known.

    Every enterprise is held and led by somebody: where the register names nobody, it said nothing.
    """
    own = [one for one in found.edges if found.number in {one.source, one.target}]
    led = any(one.position for one in own)
    said = {
        "shareholder_contrib": bool(found.holders), "ent_legal_rep": led, "ent_registration": came.registered,
    }  # fmt: skip
    lists: Mapping[str, object] = {
        "holders": found.holders, "holdings": found.holdings, "controllers": found.controllers,
        "circles": found.circles, "same_address": found.beside, "leads": led,
        "guarantees": any(one.kind == "guarantees" for one in own),
    }  # fmt: skip
    known: dict[str, Known] = {}
    for name, some in lists.items():
        dataset = RESTS_ON[name]
        if found.cut and name in WHOLE:
            known[name] = "cut"
        elif some:
            known[name] = "told"
        elif dataset not in came.readable:
            known[name] = "withheld"
        else:
            known[name] = "told" if said.get(dataset, dataset in came.fed) else "unknown"
    return known
