"""What changed about an enterprise over the published window: who came and left, its registration, its filings. Pure.

Nobody's name stands in it: parties are called as in the network, and of a filing its matter and day alone are told.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from connectors.catalogue.load import datasets
from connectors.records.portfolio import ShownRecord
from gateway.inquiries.portrait.network import edge_members
from gateway.inquiries.portrait.parties import Called
from gateway.inquiries.portrait.rules import FILINGS, REGISTRATION
from gateway.inquiries.published import open_fields
from gateway.network.walks import WalkedEdge
from scoring_adapter.portrait_rules import PortraitRules

# Of a registration: what an enterprise is and may do, and where.
COMPARED = (
    "entity_name",
    "reg_capital",
    "currency",
    "ent_type",
    "reg_state_code",
    "biz_scope",
    "industry_code",
    "domicile",
)
_Key = tuple[str, int, int, str | None]


def relation_changes(
    before: Sequence[WalkedEdge], after: Sequence[WalkedEdge], called: Mapping[int, Called], rules: PortraitRules
) -> dict[str, Any]:
    """Return which relations of an enterprise came, which ended, and whose share is another."""
    then, now = _by_key(before), _by_key(after)
    came = [edge_members(now[key], called) for key in _ordered(now) if key not in then]
    left = [edge_members(then[key], called) for key in _ordered(then) if key not in now]
    shares = [
        {
            "kind": key[0], "from": called[key[1]].id, "to": called[key[2]].id, "before": then[key].share,
            "after": now[key].share,
        }
        for key in _ordered(now) if key in then and then[key].share != now[key].share
    ]  # fmt: skip
    listed = rules.listed
    return {
        "came": came[:listed], "left": left[:listed], "shares": shares[:listed],
        "cut": max(len(came), len(left), len(shares)) > listed,
    }  # fmt: skip


def registration_changes(earlier: Sequence[ShownRecord], now: Sequence[ShownRecord], *, read: bool) -> dict[str, Any]:
    """Return which fields of the registration are others than were on record at the beginning of the window.

    `status` is `compared`; `no-earlier-record` or `no-record` where there is nothing to compare; `withheld`.
    """
    if not read:
        return {"status": "withheld", "fields": []}
    then, known = _registration(earlier), _registration(now)
    if then is None or known is None:
        return {"status": "no-record" if known is None else "no-earlier-record", "fields": []}
    declared, one, other = datasets()[REGISTRATION].fields, open_fields(then), open_fields(known)
    fields = [
        {"field": name, "zh": declared[name].zh, "before": one.get(name), "after": other.get(name)}
        for name in COMPARED if one.get(name) != other.get(name)
    ]  # fmt: skip
    return {"status": "compared", "fields": fields}


def filings(
    held: Sequence[ShownRecord], begins: date, rules: PortraitRules, *, read: bool, fed: bool = True
) -> dict[str, Any]:
    """Return which changes the enterprise filed since a day, the newest first: what they concerned, and when.

    Where filings were never delivered (`fed`), that there is none is not known.
    """
    if not read or not fed:
        return {"status": "unknown" if read else "withheld", "number": None, "listed": []}
    filed = sorted(
        ((one.event_date, _item(one)) for one in held
         if one.dataset == FILINGS and one.event_date is not None and one.event_date > begins),
        reverse=True,
    )  # fmt: skip
    listed = [{"item": item, "day": day.isoformat()} for day, item in filed[: rules.listed]]
    return {"status": "told", "number": len(filed), "listed": listed}


def _by_key(edges: Sequence[WalkedEdge]) -> dict[_Key, WalkedEdge]:
    return {(one.kind, one.source, one.target, one.position): one for one in edges}


def _ordered(keys: Mapping[_Key, WalkedEdge]) -> list[_Key]:
    return sorted(keys, key=lambda key: (key[0], key[1], key[2], key[3] or ""))


def _registration(records: Sequence[ShownRecord]) -> ShownRecord | None:
    own = [one for one in records if one.dataset == REGISTRATION and not one.objected]
    return max(own, key=lambda one: (one.version, one.digest), default=None)


def _item(one: ShownRecord) -> str:
    code = one.fields.get("item_code")
    return code if isinstance(code, str) and code else "other"
