"""What is told of an enterprise's network over HTTP and by the command line. Shares are parts per million."""

from collections.abc import Mapping
from typing import Any

from gateway.network.network_of import NetworkFound, PartyFound
from gateway.network.standing import Standing
from scoring_adapter.network.shares import CONTROL, HOPS, Total


def network_document(found: NetworkFound) -> dict[str, Any]:
    """Return a network as the interface shows it."""
    of = found.parties
    return {
        "subject": found.subject.uscc,
        "as_of": found.day.isoformat(),
        "hops": HOPS,
        "parties": [
            {**_party(of[one]), "hops": hop, "more": one in found.beyond} for one, hop in found.near.items()
        ],
        "edges": [
            {
                "kind": one.kind, "from": id_of(of[one.source]), "to": id_of(of[one.target]), "share": one.share,
                "position": one.position, "starts": one.starts.isoformat(),
                "ends": one.ends.isoformat() if one.ends else None,
            }
            for one in found.edges
        ],
        "holders": _totals(of, found.holders),
        "holdings": _totals(of, found.holdings),
        "control_share": CONTROL,
        "controllers": [
            {**_party(of[one.number]), "share": one.share, "declared": one.declared, "more": one.beyond}
            for one in found.controllers
        ],
        "circles": [[id_of(of[party]) for party in circle] for circle in found.circles],
        "same_address": {"number": found.beside_number, "enterprises": [_party(of[one]) for one in found.beside]},
        "cut": found.cut,
        "standing": _standing(found.standing),
    }  # fmt: skip


def id_of(party: PartyFound) -> str:
    """Return what a party is called where no name can be told: its code, or a number that says nothing of it."""
    if party.subject and party.subject.uscc:
        return party.subject.uscc
    return party.code or f"{'person' if party.person else 'enterprise'}-{abs(party.number)}"


def _party(party: PartyFound) -> dict[str, Any]:
    return {
        "id": id_of(party), "kind": "person" if party.person else "enterprise",
        "name": party.subject.name if party.subject else None,
    }  # fmt: skip


def _totals(of: Mapping[int, PartyFound], totals: Mapping[int, Total]) -> list[dict[str, Any]]:
    ordered = sorted(totals.items(), key=lambda one: (one[1].hops, -(one[1].share or 0), one[0]))
    return [{**_party(of[party]), "share": total.share, "hops": total.hops} for party, total in ordered]


def _standing(one: Standing | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "as_of": one.as_of.isoformat(), "holders": one.holders, "holdings": one.holdings,
        "component": one.component_size, "circle": one.circle_size, "common_control": one.group_size,
    }  # fmt: skip
