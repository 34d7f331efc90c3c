"""The network of a portrait: who stands near an enterprise, with multiplied shares, as far as its consent reaches.

1. Its own relations are those that may be read on the basis; of others, what is published alone.
2. A person is an end: what else somebody holds or leads is that person's data, and needs that person's own consent.
3. Where there is more than is walked, nothing that would rest on the whole is told: no total, no controller, no circle.
4. An empty list says that there is none; of what was not delivered, or may not be read, there is no list (known.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from connectors.store.subjects import Subject
from gateway.inquiries.portrait.known import Delivered, Known, known_of
from gateway.inquiries.portrait.parties import Called
from gateway.network.lens import Lens
from gateway.network.network_of import NetworkFound, find_network, find_parties
from gateway.network.walks import WalkedEdge, find_edges, find_near
from scoring_adapter.network.shares import CONTROL, HOPS, Total
from scoring_adapter.portrait_rules import PortraitRules

# What the issue of a network also asks for, and no dataset tells.
UNTOLD = {
    "same_telephone": {"zh": "同一电话：没有数据目录报送电话", "en": "Same telephone: no dataset tells telephones"},
    "concert_parties": {
        "zh": "一致行动人：没有数据目录报送一致行动协议",
        "en": "Concert parties: no dataset tells who acts in concert",
    },
}


async def find_both(
    session: AsyncSession, subject: Subject, lens: Lens, earlier: Lens
) -> tuple[NetworkFound, list[WalkedEdge]]:
    """Return the network of the day, with everybody whom it names, and the enterprise's own edges of an earlier day."""
    found = await find_network(session, subject, lens)
    near = await find_near(session, lens.about, earlier, hops=1)
    before = [one for one in await find_edges(session, list(near), earlier) if lens.about in {one.source, one.target}]
    more = await find_parties(session, [one for one in near if one not in found.parties])
    return replace(found, parties={**more, **found.parties}), before


def named(found: NetworkFound, before: Iterable[WalkedEdge]) -> list[int]:
    """Return everybody who is told of, the nearest first."""
    ends = sorted({end for one in before for end in (one.source, one.target)})
    return [*sorted(found.near, key=lambda one: (found.near[one], one)), *sorted(found.beside), *ends]


def network_members(
    found: NetworkFound, called: Mapping[int, Called], rules: PortraitRules, came: Delivered
) -> dict[str, Any]:
    """Return the network as answers have it, of what was delivered. Shares are parts per million. Pure."""
    known = known_of(found, came)
    near = sorted(found.near, key=lambda one: (found.near[one], one))[: rules.parties]
    kept = set(near)
    edges = sorted(
        (one for one in found.edges if {one.source, one.target} <= kept),
        key=lambda one: (
            max(found.near[one.source], found.near[one.target]), one.kind, one.source, one.target, one.position or "",
        ),
    )  # fmt: skip
    beside = found.beside[: rules.listed]
    left_out = len(kept) < len(found.near) or len(edges) > rules.edges
    return {
        "status": "told", "hops": HOPS, "cut": found.cut or left_out,
        "parties": [
            {**called[one].members(), "hops": found.near[one], "more": one in found.beyond} for one in near
        ],
        "edges": [edge_members(one, called) for one in edges[: rules.edges]],
        "control_share": CONTROL, "known": known, **_lists(found, called, rules, known),
        "same_address": {
            "number": found.beside_number if known["same_address"] == "told" else None,
            "enterprises": [called[one].members() for one in beside],
        },
        "not_computable": [{"what": what, **why} for what, why in UNTOLD.items()],
    }  # fmt: skip


def edge_members(one: WalkedEdge, called: Mapping[int, Called]) -> dict[str, Any]:
    """Return an edge as answers have it."""
    return {
        "kind": one.kind, "from": called[one.source].id, "to": called[one.target].id, "share": one.share,
        "position": one.position, "starts": one.starts.isoformat(), "ends": one.ends.isoformat() if one.ends else None,
    }  # fmt: skip


def withheld_network() -> dict[str, Any]:
    """Return what is told where no relation may be read, or not of every day."""
    return {"status": "withheld"}


def _lists(
    found: NetworkFound, called: Mapping[int, Called], rules: PortraitRules, known: Mapping[str, Known]
) -> dict[str, Any]:
    """Return the lists that rest on the whole network; None of one that is not known."""
    told = {
        "holders": _totals(found.holders, called, rules), "holdings": _totals(found.holdings, called, rules),
        "controllers": [
            {"id": called[one.number].id, "share": one.share, "declared": one.declared, "more": one.beyond}
            for one in found.controllers[: rules.listed]
        ],
        "circles": [[called[party].id for party in circle] for circle in found.circles[: rules.listed]],
    }  # fmt: skip
    return {name: one if known[name] == "told" else None for name, one in told.items()}


def _totals(totals: Mapping[int, Total], called: Mapping[int, Called], rules: PortraitRules) -> list[dict[str, Any]]:
    ordered = sorted(totals.items(), key=lambda one: (-(one[1].share or 0), one[1].hops, one[0]))[: rules.listed]
    return [{"id": called[party].id, "share": total.share, "hops": total.hops} for party, total in ordered]
