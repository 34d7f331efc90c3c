"""A change in words: what it is, about whom, who asked and decided, and each difference, in the visitor's language."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from consent.terms import PURPOSES as PURPOSES_OF_QUESTIONS
from gateway.admin.differences import NEW_KEY, Difference, differences, object_of
from gateway.admin.names import Names, find_names
from gateway.admin.tables import Change
from gateway.cards.listing import FIGURES
from gateway.console.words import NOTHING, Words
from gateway.identity.clients.scopes import SCOPES
from gateway.inquiries.outputs.policy import LEAVABLE
from gateway.inquiries.views.pages import column_in_words
from gateway.people.roles import ROLES
from gateway.quota.books import Key
from gateway.quota.products import PRODUCTS
from gateway.quota.words import limit_text
from gateway.watches.names import RELEASED
from gateway.watches.outline import FIGURES as WATCH_FIGURES
from scoring_adapter.providers.joint import RULES
from scoring_adapter.tags.load import load_tags
from signing.canonical import canonical_bytes

ALL = "op-all-of-kind"
NO_LIMIT = frozenset({"scope", "product"})  # none is set: all that its kind may have


@dataclass(frozen=True)
class Told:
    """A difference in words."""

    label: str
    before: str
    after: str
    changed: bool


async def names_of(session: AsyncSession, changes: Sequence[Change]) -> Names:
    """Look up every name that these changes need."""
    objects = [object_of(change.action) for change in changes]
    people = {change.action.get("person") for change in changes} | {(one.before or {}).get("person") for one in changes}
    return await find_names(
        session,
        clients=_of("client", objects), people={*_of("person", objects), *(one for one in people if one)},
        institutions={*_of("institution", objects), *_institutions_in(changes)},
        actors=[actor for one in changes for actor in (one.asked_by, one.decided_by)],
    )  # fmt: skip


def _institutions_in(changes: Sequence[Change]) -> set[str]:
    names = ("institution", "intermediary", "exit_via")
    return {said.get(name) or "" for one in changes for said in (one.action, one.before or {}) for name in names}


def title_of(change: Change, words: Words) -> str:
    """Return what a change does."""
    action = change.action
    if action["action"] in {"standing", "person.standing"}:
        return words(STANDING[action["change"]])
    if action["action"] == "key.rotate" and action["at_once"]:
        return words("op-rotate-now")
    if action["action"] == "quota.limit":
        key = Key(action["scope"], action["id"], action["product"], action["unit"], action["period"], date.min)
        return words("op-limit-of", limit=limit_text(words, key))
    if action["action"] == "abnormal.decide":
        return words(f"abnormal-{action['decision']}")
    if action["action"] == "quota.rate":
        return words("op-limit-of", limit=words(f"rate-{action['measure']}"))
    if action["action"] == "output.policy":
        return words("op-output-of", product=words(f"product-{action['product']}"))
    if action["action"] in {"view.set", "view.end"}:
        return words("op-set-view-of" if action["action"] == "view.set" else "op-end-view-of", view=action["view"])
    return words(f"do-{action['action']}")


def whom_of(change: Change, names: Names, words: Words) -> str:
    """Return what a change is about, by its name; an institution and a client with the id that it is chosen by, too."""
    kind, identifier = object_of(change.action)
    match kind:
        case "institution":
            return _institution(words, change.action.get("name") or names.institution(identifier), identifier)
        case "client":
            return names.client(words, identifier)
        case "person":
            return names.person(identifier)
        case "everyone":
            return words(f"rate-all-{identifier}")
        case "platform":
            return words("quota-whose-platform")
        case "product":
            return value_in_words("product", identifier, words)
        case "purpose":
            return words(PURPOSES[identifier])
        case _:
            return identifier


def tell(change: Change, names: Names, words: Words) -> list[Told]:
    """Return every difference of a change in words; what was not noted is not known."""
    known = change.before is not None
    told = []
    for one in differences(change.action, change.before):
        before = _in_words(one, one.before, names, words) if known else words("op-not-noted")
        after = _in_words(one, one.after, names, words)
        label = LABELS["limit_columns" if (one.kind, one.name) == ("column", "limit") else one.name]
        told.append(Told(words(label), before, after, one.changed or not known))
    return told


def value_in_words(kind: str, value: str, words: Words) -> str:
    """Return a status, class, kind, scope or product by its name; one that is not known as it is."""
    key = _VALUES[kind].get(value)
    return words(key) if key else value


def part_in_words(words: Words, part: Mapping[str, Any]) -> str:
    """Return a part of a joint answer: its name, whether it is required, and its weight where it has one."""
    told = words("joint-required" if part["required"] else "joint-optional")
    weight = f" {words.number(part['weight_ppm'])} ppm" if part["weight_ppm"] else ""
    return words("joint-part", provider=part["provider"], told=told) + weight


def _institution(words: Words, name: str, identifier: str) -> str:
    return identifier if name == identifier else words("op-of-institution", name=name, institution=identifier)


def _of(kind: str, objects: Iterable[tuple[str, str]]) -> set[str]:
    return {identifier for one, identifier in objects if one == kind}


def _in_words(one: Difference, value: Any, names: Names, words: Words) -> str:  # noqa: ANN401 - any value of an action
    if isinstance(value, list):
        return words.listed(_word(one, each, names, words) for each in value) or NOTHING
    if value is None:
        return words(ALL) if one.kind in NO_LIMIT else NOTHING
    return _word(one, value, names, words)


def _word(one: Difference, value: Any, names: Names, words: Words) -> str:  # noqa: ANN401 - as above
    ways: dict[str, Callable[[Any], str]] = {
        "number": words.number,
        "percent": lambda share: f"{share}%",
        "moment": words.moment,
        "part": partial(part_in_words, words),
        "band": lambda band: f"{band['least']} {band['band']}",
        "charged": lambda yes: words("joint-charged" if yes else "joint-not-charged"),
        "json": lambda members: canonical_bytes(members).decode(),
        "hours": lambda hours: words.count("op-hours-count", hours),
        "institution": names.institution,
        "person": names.person,
        "agency": words.titles.agency,
        "category": words.titles.category,
        "dataset": words.titles.dataset,
        "column": partial(column_in_words, words=words),
        "tag": partial(_tag, words=words),
        "key": lambda kid: words("op-new-key") if kid == NEW_KEY else str(kid),
        "answer": lambda yes: words("op-required" if yes else "op-not-required"),
        **{kind: partial(value_in_words, kind, words=words) for kind in _VALUES},
    }
    return ways.get(one.kind, str)(value)


def _tag(tag: str, words: Words) -> str:
    found = load_tags().by_id.get(tag)
    return words.either(found.name.zh, found.name.en) if found else tag


STANDING = {"suspend": "op-suspend", "resume": "op-resume", "close": "op-close"}
PURPOSES = {
    "token": "op-key-token", "batch": "op-key-batch", "consent": "op-key-consent", "answer": "op-key-answer",
    "delivery": "op-key-delivery", "audit": "op-key-audit",
}  # fmt: skip
LABELS = {
    "decision": "abnormal-decision",
    "name": "op-name", "class": "op-class", "agreement_from": "op-agreement-from",
    "agreement_until": "op-agreement-until", "kind": "kind", "institution": "institution", "subject": "op-enterprise",
    "person": "person", "status": "op-state", "scopes": "op-scopes", "products": "op-products",
    "networks": "op-networks", "redirect_uris": "op-redirects", "keys": "op-keys", "overlap_hours": "op-overlap",
    "required": "op-signing", "allowed": "op-for-people", "role": "role", "agency": "agency",
    "office": "house-office",
    "enterprise": "op-enterprise", "per_day": "op-per-day", "per_month": "op-per-month", "document": "op-document",
    "effective_on": "op-effective-on", "kid": "op-signing-key", "exit_via": "op-exit",
    "intermediary": "op-intermediary", "limit": "op-limit", "overdraft_pct": "op-overdraft",
    "units": "op-given", "holds_from": "op-holds-from", "holds_until": "op-holds-until",
    "purpose_text": "op-purpose-text",
    "validity": "op-validity", "data_life": "op-data-life", "frequency": "op-frequency", "history": "op-history",
    "tiers": "op-tiers", "access_modes": "op-access-modes", "approvals": "op-approvals",
    "mandate_at_use": "op-mandate-at-use", "withdrawn": "op-withdrawn", "effective_from": "effective-from",
    "until": "paper-mandate-until", "signed_on": "paper-signed-on", "scan": "paper-scan-digest",
    "form": "op-output-form", "threshold": "op-output-threshold", "left_out": "op-output-left-out",
    "begins": "effective-from", "reference": "op-reference", "valid_until": "op-valid-until", "holder": "op-holder",
    "purpose": "ask-purpose", "title": "op-view-title", "admission": "op-view-admission",
    "limit_columns": "op-view-limit",
    "law": "duty-law", "article": "duty-article", "purposes": "duty-purposes", "categories": "duty-categories",
    "sources": "duty-sources", "datasets": "duty-datasets", "valid_from": "op-holds-from",
    "model": "card-model", "card_tags": "card-tags", "card_come": "card-come", "card_gone": "card-gone",
    **{f"card_{name}": f"card-figure-{name}" for name in FIGURES}, "number": "card-number",
    "watch_told": "watch-told", **{f"watch_{name}": f"watch-figure-{name}" for name in WATCH_FIGURES},
    "url": "provider-url", "time_ms": "provider-time", "attempts": "provider-attempts",
    "retry_percent": "provider-retry", "most_at_once": "provider-most", "open_after": "provider-open-after",
    "open_seconds": "provider-open-seconds", "keep_seconds": "provider-keep", "hedge_ms": "provider-hedge",
    "signing": "provider-signing",
    "question": "provider-question", "answer": "provider-answer", "parts": "joint-parts", "rule": "joint-rule",
    "charge_partial": "joint-partial", "bands": "joint-bands", "order": "joint-order",
}  # fmt: skip
_VALUES: Mapping[str, Mapping[str, str]] = {
    "decision": {decision: f"abnormal-{decision}" for decision in ("lift", "suspend")},
    "status": {"active": "op-active", "suspended": "op-suspended", "closed": "op-closed", "invited": "op-invited"},
    "class": {
        "bank": "op-class-bank", "guarantee": "op-class-guarantee", "micro_loan": "op-class-micro_loan",
        "government": "op-class-government", "other": "op-class-other",
    },
    "kind": {kind: f"kind-{kind}" for kind in SCOPES},
    "scope": {
        "inquiries": "scope-inquiries", "consents": "scope-consents", "usage-results": "scope-usage-results",
        "webhooks": "scope-webhooks",
        "datasets": "scope-datasets", "records": "scope-records", "cases": "scope-cases",
        "deliveries": "scope-deliveries",
        "audit": "scope-audit", "admin": "scope-admin", "system": "scope-system",
    },
    "role": {role: f"role-{role}" for role in ROLES},
    "tier": {"basic": "op-tier-basic", "detail": "op-tier-detail"},
    "mode": {"VIEW": "op-mode-view", "STORE": "op-mode-store"},
    "mandate": {"legal_rep": "op-legal-rep", "agent": "op-agent"},
    "product": {code: f"product-{code}" for code in PRODUCTS},
    "purpose": {code: f"purpose-{code}" for code in PURPOSES_OF_QUESTIONS},
    "form": {"raw": "op-form-raw", "banded": "op-form-banded", "flag": "op-form-flag"},
    "rule": {rule: f"joint-rule-{rule}" for rule in RULES},
    "member": {name: f"output-member-{name}" for name in LEAVABLE},
    "released": {kind: f"watch-kind-{kind}" for kind in RELEASED},
}  # fmt: skip
