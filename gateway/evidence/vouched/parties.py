"""Tables whose rows later events change: institutions, clients, keys, delegations, people, consents' heads. Pure.

They are few beside the entries of the log: what the events make of them is kept in memory until the end.
"""

from datetime import datetime
from typing import Any

from gateway.evidence.vouched.decisions import ABNORMAL, CASES, HELD, LINKS, PROPOSALS
from gateway.evidence.vouched.declaration import (
    AT,
    LEAF_TIME,
    UNTOLD,
    Entry,
    Expected,
    Fold,
    Party,
    always,
    born,
    changed,
    digest,
    digest_of_json,
    leaf,
    said,
    said_lately,
    said_moment,
)

_STANDING = {"suspended": "suspended", "resumed": "active", "closed": "closed"}
_PERSON, _SOURCE = said("person"), said("source")


def _client(entry: Entry) -> Any:  # noqa: ANN401 - a text, or UNTOLD
    """Name the client. The entry of an older instance's first operator names it as the actor alone."""
    told = said("client")(entry)
    return entry.leaf.get("actor") if told is UNTOLD and entry.payload is not None else told


def _key_of(entry: Entry) -> str:
    """Name the key of a client."""
    return f"{_client(entry)}/{said('kid')(entry)}"


def _enrolled(entry: Entry) -> str:
    return str(entry.leaf.get("actor")).removeprefix("person:")


def _signed_in(rows: dict[str, Expected], entry: Entry) -> None:
    """Let in whom the identity provider vouches for: older instances recorded their enrolment by this alone."""
    if entry.leaf.get("outcome") == "sso":
        _ENROLLED(rows, entry)


def _key_added(rows: dict[str, Expected], entry: Entry) -> None:
    """Bring a client's key into being, and end the others after the overlap."""
    client, until = said("client")(entry), said("others_until")(entry)
    if until is not UNTOLD:
        ends = datetime.fromisoformat(until).strftime(LEAF_TIME)
        for key, row in rows.items():
            if key.startswith(f"{client}/") and row.get("status") == "active":
                row["not_after"] = min(row.get("not_after") or ends, ends)
    _NEW_KEY(rows, entry)


def _key_objected(rows: dict[str, Expected], entry: Entry) -> None:
    """End a key that waited, and leave the others as they were before it."""
    client, waited = said("client")(entry), said_moment("not_before")(entry)
    for key, row in rows.items():
        ends = row.get("not_after")
        if key.startswith(f"{client}/") and row.get("status") == "active" and isinstance(ends, str) and ends >= waited:
            row["not_after"] = None
    _OBJECTED(rows, entry)


def _initialised(rows: dict[str, Expected], entry: Entry) -> None:
    """Bring the instance's first keys into being."""
    digests = said("publics")(entry)
    for purpose, kid in (said("keys")(entry) if entry.payload else {}).items():
        public = UNTOLD if digests is UNTOLD else digests.get(kid, UNTOLD)
        rows[kid] = {"purpose": purpose, "status": "active", "public": public}


def _versioned(rows: dict[str, Expected], entry: Entry) -> None:
    """Say whose a consent is, and for whom; its uses are counted by the answers."""
    row = rows.setdefault(str(entry.leaf.get("exch")), {"uses": 0})
    row |= {"uscc": said("subject")(entry), "institution": leaf("institution")(entry)}


def _used(rows: dict[str, Expected], entry: Entry) -> None:
    consent: Any = said("consent")(entry)
    if consent is UNTOLD:  # erased: nobody can tell whose uses to count any more
        for row in rows.values():
            row["uses"] = UNTOLD
        return
    row = rows.setdefault(str(consent["id"]), {"uses": 0})
    row["uses"] = UNTOLD if row["uses"] is UNTOLD else row["uses"] + 1


_ENROLLED = changed(_enrolled, {"status": always("active")})
_NEW_KEY = born(_key_of, {"status": always("active"), "public": said("key"), "not_after": always(None),
    "not_before": said_moment("not_before"), "decided": always(None), "decided_by": always(None),
})  # fmt: skip
_OBJECTED = changed(_key_of, {
    "status": always("retired"), "decided": always("objected"), "decided_by": leaf("actor"),
})  # fmt: skip
_CONSENT_EVENTS: dict[str, Fold] = {
    **{f"consent.{verb}": _versioned for verb in
       ("requested", "approved", "rejected", "paused", "resumed", "revoked")},
    "inquiry.answered": _used,
}  # fmt: skip
_CHANGE = {
    "action": said("action"), "act": said("act"), "asked_person": said("person"), "status": leaf("outcome"),
    "before": said("before"), "reason": said("reason"), "decided_person": said("decided"),
}  # fmt: skip

PARTIES: tuple[Party, ...] = (
    Party(
        "institutions", "institution",
        """SELECT institution_id AS key, name, class, status, agreement_from, agreement_until, exit_via
           FROM institution""",
        {
            "institution.added": born(leaf("institution"), {
                "name": said("name"), "class": said("class"), "status": always("active"),
                "agreement_from": said("from"), "agreement_until": said("until"), "exit_via": always(None),
            }),
            "institution.agreement": changed(
                leaf("institution"), {"agreement_from": said("from"), "agreement_until": said("until")}
            ),
            "institution.exit": changed(leaf("institution"), {"exit_via": said("exit_via")}),
            **{f"institution.{verb}": changed(leaf("institution"), {"status": always(status)})
               for verb, status in _STANDING.items()},
        },
    ),
    Party(
        "clients", "client",
        """SELECT client_id AS key, kind, institution_id, subject, status, scopes, products, networks, redirect_uris,
                  must_sign, person_id, for_people FROM client""",
        {
            "client.added": born(_client, {
                "kind": said("kind"), "institution_id": leaf("institution"), "subject": said("subject"),
                "status": always("active"), "scopes": always(None), "products": always(None), "networks": always(None),
                "redirect_uris": always([]), "must_sign": always(value=False),
                "person_id": said("person"), "for_people": always(value=False),
            }),
            "client.for_people": changed(_client, {"for_people": said("allowed")}),
            "client.bound": changed(_client, {"person_id": said("person")}),
            "client.limited": changed(
                _client, {name: said(name) for name in ("scopes", "products", "networks", "redirect_uris")}
            ),
            "client.signing": changed(_client, {"must_sign": said("required")}),
            **{f"client.{verb}": changed(_client, {"status": always(status)}) for verb, status in _STANDING.items()},
        },
    ),
    Party(
        "client-keys", "client_key",
        f"""SELECT client_id || '/' || kid AS key, public, status, decided, decided_by,
                   {AT.format("not_before")} AS not_before, {AT.format("not_after")} AS not_after
            FROM client_key""",  # noqa: S608 - our own words
        {
            "client.added": _NEW_KEY,
            "client.key_added": _key_added,
            "client.key_retired": changed(_key_of, {"status": always("retired")}),
            "signatory.key_confirmed": changed(_key_of, {
                "not_before": said_moment("not_before"), "decided": always("confirmed"), "decided_by": leaf("actor"),
            }),
            "signatory.key_objected": _key_objected,
        },
        {"public": digest_of_json},
    ),
    Party(
        "delegations", "delegation",
        f"""SELECT delegation_id::text AS key, account, intermediary, {AT.format("granted_at")} AS granted_at,
                   {AT.format("ended_at")} AS ended_at, ended_by::text AS ended_by FROM delegation""",  # noqa: S608
        {
            "delegation.granted": born(said("delegation"), {
                "account": said("account"), "intermediary": said("intermediary"), "granted_at": leaf("ts"),
                "ended_at": always(None), "ended_by": always(None),
            }),
            "delegation.ended": changed(said("delegation"), {
                "ended_at": leaf("ts"), "ended_by": lambda entry: entry.id,
            }),
        },
    ),
    Party(
        "duties", "duty_basis",
        f"""SELECT code AS key, institution, law, article, purposes, products, categories, sources, datasets,
                   approved_by, {AT.format("valid_from")} AS valid_from, {AT.format("valid_until")} AS valid_until,
                   {AT.format("ended_at")} AS ended_at, ended_by::text AS ended_by FROM duty_basis""",  # noqa: S608
        {
            "duty.registered": born(said("duty"), {
                **{name: said(name) for name in (
                    "law", "article", "purposes", "products", "categories", "sources", "datasets", "approved_by")},
                "institution": leaf("institution"), "valid_from": said_moment("from"),
                "valid_until": said_moment("until"), "ended_at": always(None), "ended_by": always(None),
            }),
            "duty.ended": changed(said("duty"), {"ended_at": leaf("ts"), "ended_by": lambda entry: entry.id}),
        },
    ),
    Party(
        "instance-keys", "instance_key", "SELECT kid AS key, purpose, status, public FROM instance_key",
        {
            "instance.initialised": _initialised,
            "key.next": born(said("kid"), {
                "purpose": said("purpose"), "status": always("next"), "public": said("public"),
            }),
            **{f"key.{status}": changed(said("kid"), {"status": always(status)})
               for status in ("active", "retiring", "retired")},
        },
        {"public": digest_of_json},
    ),
    Party(
        "people", "person",
        f"""SELECT person_id AS key, role, institution_id, agency, office, enterprise, status, oidc_subject,
                   {AT.format("acts_from")} AS acts_from FROM person""",  # noqa: S608 - our own words
        {
            "person.invited": born(_PERSON, {
                "role": said("role"), "institution_id": said("institution"), "agency": said("agency"),
                "office": said_lately("office"), "enterprise": said("enterprise"),
                "acts_from": said_moment("acts_from"), "status": always("invited"), "oidc_subject": said("sso"),
            }),
            "owner.confirmed": changed(_PERSON, {"acts_from": said_moment("acts_from")}),
            "owner.objected": changed(_PERSON, {"status": always("suspended"), "oidc_subject": always(None)}),
            "person.enrolled": _ENROLLED,
            "person.signed_in": _signed_in,
            "person.enrolling_again": changed(_enrolled, {"status": always("invited")}),
            "person.suspended": changed(_PERSON, {"status": always("suspended")}),
            "person.resumed": changed(_PERSON, {"status": always("active")}),
        },
        {"oidc_subject": digest},
    ),
    Party(
        "platforms", "peer", "SELECT peer_id AS key, role, url, jwk, client_id, status FROM peer",
        {
            "peer.set": born(said("peer"), {
                "role": said("role"), "url": said("url"), "jwk": said("key"), "client_id": said("client"),
                "status": said("status"),
            }),
        },
        {"jwk": digest_of_json},
    ),
    Party(
        "webhooks", "webhook_endpoint",
        "SELECT endpoint_id::text AS key, institution, url, topics, status FROM webhook_endpoint",
        {
            "webhook.added": born(said("webhook"), {
                "institution": said("institution"), "url": said("url"), "topics": said("topics"),
                "status": always("active"),
            }),
            **{f"webhook.{verb}": changed(said("webhook"), {"status": leaf("outcome")})
               for verb in ("disabled", "enabled", "removed")},
        },
    ),
    Party(
        "sources", "source", "SELECT source_id AS key, dataset, connector, status FROM source",
        {
            "source.added": born(_SOURCE, {
                "dataset": said("dataset"), "connector": said("connector"), "status": always("active"),
            }),
            **{f"source.{verb}": changed(_SOURCE, {"status": leaf("outcome")})
               for verb in ("paused", "resumed", "removed")},
        },
    ),
    Party(
        "consent-heads", "consent_head",
        "SELECT consent_id AS key, institution, uscc, uses FROM consent_head",
        _CONSENT_EVENTS,
    ),
    Party(
        "changes", "change",
        """SELECT change_id AS key, action, act, asked_person, decided_person, status, before, reason FROM change""",
        {f"change.{verb}": born(said("change"), _CHANGE) for verb in ("asked", "made", "approved", "rejected")},
    ),
    Party(
        "stops", "audit_stop",
        f"SELECT stop_id AS key, {AT.format('lifted_at')} AS lifted_at FROM audit_stop",  # noqa: S608
        {
            "audit.stopped": born(said("stop"), {"lifted_at": always(None)}),
            "audit.stop_lifted": changed(said("stop"), {"lifted_at": leaf("ts")}),
        },
    ),
    ABNORMAL,
    CASES,
    PROPOSALS,
    HELD,
    LINKS,
)  # fmt: skip
