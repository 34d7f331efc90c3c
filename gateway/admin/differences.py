"""What a change changes: each thing it is about, as it stands and as it would stand. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.cards.listing import FIGURES
from gateway.cards.outline import outlined
from gateway.consents.templates import outline
from gateway.identity.clients.registry import read_public_key
from gateway.identity.clients.standing import STATUSES
from gateway.runtime.denial import DeniedError

HOLDERS = {"account": "client", "signatory": "client", "institution": "institution"}
NEW_KEY = "new"  # a key that is made when the change is
# Of each action: what it sets, and what kind of value each is (the words are chosen by it).
FIELDS: Mapping[str, Mapping[str, str]] = {
    "institution.add": {"name": "text", "class": "class", "agreement_from": "day", "agreement_until": "day"},
    "institution.agreement": {"agreement_from": "day", "agreement_until": "day"},
    "institution.exit": {"exit_via": "institution"},
    "delegation.grant": {"intermediary": "institution"},
    "delegation.end": {"intermediary": "institution"},
    "client.add": {"kind": "kind", "institution": "institution", "subject": "text", "person": "person", "keys": "key"},
    "client.person": {"person": "person"},
    "standing": {"status": "status"},
    "client.limits": {"scopes": "scope", "products": "product", "networks": "text", "redirect_uris": "text"},
    "client.key": {"keys": "key", "overlap_hours": "hours"},
    "client.key-retire": {"keys": "key"},
    "client.signing": {"required": "answer"},
    "client.for-people": {"allowed": "answer"},
    "quota.set": {"per_day": "number", "per_month": "number"},
    "quota.limit": {"limit": "number", "overdraft_pct": "percent"},
    "quota.rate": {"limit": "number"},
    "quota.grant": {"units": "number", "holds_from": "moment", "holds_until": "moment"},
    "quota.reverse": {},
    "quota.cost": {"units": "number", "begins": "moment"},
    "provider.set": {
        "url": "text",
        "time_ms": "number",
        "attempts": "number",
        "retry_percent": "number",
        "most_at_once": "number",
        "open_after": "number",
        "open_seconds": "number",
        "keep_seconds": "number",
        "hedge_ms": "number",
        "question": "json",
        "answer": "json",
        "signing": "json",
    },
    "provider.join": {
        "parts": "part",
        "rule": "rule",
        "time_ms": "number",
        "charge_partial": "charged",
        "bands": "band",
        "order": "text",
    },
    "card.release": {
        "model": "text",
        "card_tags": "number",
        "card_come": "tag",
        "card_gone": "tag",
        **{f"card_{name}": "text" for name in FIGURES},
    },
    "card.return": {"number": "number"},
    "provider.suspend": {},
    "provider.resume": {},
    "output.policy": {"form": "form", "threshold": "number", "left_out": "member", "begins": "moment"},
    "duty.register": {
        "institution": "institution",
        "law": "text",
        "article": "text",
        "purposes": "purpose",
        "products": "product",
        "categories": "category",
        "sources": "agency",
        "datasets": "dataset",
        "valid_from": "moment",
        "valid_until": "moment",
    },
    "duty.end": {},
    "view.set": {"purpose": "purpose", "title": "text", "admission": "column", "limit": "column"},
    "view.end": {},
    "consent.template": {
        "purpose_text": "text",
        "validity": "text",
        "data_life": "text",
        "frequency": "text",
        "history": "text",
        "tiers": "tier",
        "access_modes": "mode",
        "approvals": "number",
        "mandate_at_use": "answer",
        "withdrawn": "answer",
        "effective_from": "text",
    },
    "abnormal.decide": {"decision": "decision"},
    "consent.paper": {
        "role": "mandate",
        "reference": "text",
        "until": "moment",
        "signed_on": "day",
        "scan": "text",
    },
    "consent.invalidate": {},
    "signatory.mandate": {"role": "mandate", "reference": "text", "valid_until": "text", "holder": "text"},
    "record.repair": {"document": "text", "effective_on": "day"},
    "subject.erase": {},
    "person.invite": {
        "name": "text",
        "role": "role",
        "institution": "institution",
        "agency": "agency",
        "office": "text",
        "enterprise": "text",
    },
    "person.standing": {"status": "status"},
    "person.reset-factor": {},
    "key.rotate": {"kid": "key"},
    "key.promote": {"kid": "key"},
}


_OBJECTS = (
    "duty", "client", "person", "institution", "subject", "record", "charge", "purpose", "template", "consent",
    "signatory", "product", "provider",
)  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One thing a change sets: its name, the kind of its value, the value before and after."""

    name: str
    kind: str
    before: Any
    after: Any

    @property
    def changed(self) -> bool:
        """Whether it is another value afterwards."""
        return bool(self.before != self.after)


def differences(action: Mapping[str, Any], before: Mapping[str, Any] | None) -> list[Difference]:
    """Return what an action sets; before it, what was there, None where that is not known or there was nothing."""
    name, earlier, after = action["action"], before or {}, _after(action, before or {})
    return [Difference(one, kind, earlier.get(one), after.get(one)) for one, kind in FIELDS[name].items()]


def object_of(action: Mapping[str, Any]) -> tuple[str, str]:
    """Return what an action is about: institution, client, person, subject, record, purpose, template, consent,
    signatory, product, provider or card, and its id.
    """
    match action["action"]:
        case "standing":
            kind, _, identifier = str(action["whose"]).partition(":")
            return kind, identifier
        case "quota.rate" if not action["id"]:
            return "everyone", action["scope"]
        case "quota.set" | "quota.limit" | "quota.rate" | "quota.grant" if action["scope"] in HOLDERS:
            return HOLDERS[action["scope"]], action["id"]
        case "quota.limit" | "quota.grant":
            return action["scope"], action["id"]
        case "card.release" | "card.return":
            return "card", _card(action)
        case "client.add" if action.get("subject"):
            return "subject", action["subject"]
        case _:
            return _named(action)


def _named(action: Mapping[str, Any]) -> tuple[str, str]:
    for kind in _OBJECTS:
        if kind in action:
            return kind, str(action[kind])
    raise KeyError(action["action"])


def _after(action: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    match action["action"]:
        case "standing" | "person.standing":
            return {"status": STATUSES[action["change"]]}
        case "client.add" | "client.key":
            return {**action, "keys": [*before.get("keys", ()), _kid(action["key"])]}
        case "client.key-retire":
            return {"keys": [kid for kid in before.get("keys", ()) if kid != action["kid"]]}
        case "key.rotate" if not action["at_once"]:
            return {"kid": before.get("kid")}
        case "consent.template":
            return {**outline(action["content"]), "effective_from": action["effective_from"]}
        case "key.rotate" | "key.promote":
            return {"kid": NEW_KEY}
        case "card.release":
            return outlined(action["card"], action["report"])
        case _:
            return dict(action)


def _card(action: Mapping[str, Any]) -> str:
    """Return the model of a card that is handed in, or the number of the release that is returned to."""
    return str(action["number"] if "number" in action else outlined(action["card"], action["report"])["model"])


def _kid(key: Mapping[str, Any]) -> str:
    try:
        return str(read_public_key(key)["kid"])
    except DeniedError:
        return str(key.get("kid", "?"))
