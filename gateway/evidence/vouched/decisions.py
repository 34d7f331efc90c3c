"""What people decide: held submissions, with why and until when they were held; whose a code or name is. Pure."""

from gateway.evidence.vouched.declaration import (
    AT,
    UNTOLD,
    Entry,
    Expected,
    Party,
    always,
    born,
    changed,
    digest,
    digest_of_json,
    leaf,
    said,
    said_moment,
    tell,
)

_DECIDED = changed(said("held"), {
    "status": leaf("outcome"), "batch": said("batch"), "decided_by": leaf("actor"), "decided_at": leaf("ts"),
})  # fmt: skip
HELD = Party(
    "held", "held_delivery",
    f"""SELECT held_id AS key, agency, dataset, sender_batch, encode(digest, 'hex') AS digest, way, actor,
               agency_signature, encode(file_digest, 'hex') AS file_digest, findings, status, batch_id AS batch,
               decided_by, {AT.format("held_at")} AS held_at, {AT.format("expires_at")} AS expires_at,
               {AT.format("decided_at")} AS decided_at FROM held_delivery""",  # noqa: S608 - our own words
    {
        "batch.held": born(said("held"), {
            "agency": said("agency"), "dataset": said("dataset"), "sender_batch": said("sender"),
            "digest": said("digest"), "way": said("way"), "actor": leaf("actor"), "agency_signature": said("signature"),
            "file_digest": said("file"), "findings": said("told"), "held_at": leaf("ts"),
            "expires_at": said_moment("until"), "status": always("waiting"), "batch": always(None),
            "decided_by": always(None), "decided_at": always(None),
        }),
        **{f"held.{verb}": _DECIDED for verb in ("accepted", "discarded", "expired")},
    },
    {"agency_signature": digest, "findings": digest_of_json},
)  # fmt: skip


_ENDED = changed(said("case"), {"status": leaf("outcome"), "reason": said("reason"), "ended_at": leaf("ts")})
ABNORMAL = Party(
    "abnormal-uses", "abnormal_use",
    f"""SELECT case_id::text AS key, account, institution, rule, counted, most, {AT.format("since")} AS since,
               {AT.format("until")} AS until, sample, status, {AT.format("held_at")} AS held_at,
               {AT.format("ended_at")} AS ended_at, reason FROM abnormal_use""",  # noqa: S608 - our own words
    {
        "client.held": born(said("case"), {
            "account": said("client"), "institution": leaf("institution"), "rule": said("rule"),
            "counted": said("counted"), "most": said("limit"), "since": said_moment("since"),
            "until": said_moment("until"), "sample": said("sample"), "status": leaf("outcome"), "held_at": leaf("ts"),
            "ended_at": always(None), "reason": always(None),
        }),
        **{f"client.hold_{verb}": _ENDED for verb in ("lifted", "suspended")},
    },
)  # fmt: skip


def _linked(rows: dict[str, Expected], entry: Entry) -> None:
    """Bring a decision into being, named by what the leaf says; one that was made before makes no row.

    Older events do not tell the two apart, nor which code or name they are about.
    """
    if entry.leaf.get("outcome") == "linked":
        key = f"{entry.leaf.get('subject')}/{entry.leaf.get('actor')}/{entry.leaf.get('ts')}"
        told = {
            "kind": said("kind")(entry),
            "value": said("value")(entry),
            "confidence": 100,
            "former": None,
            "ended": None,
        }
        rows[key] = dict.fromkeys(told, UNTOLD) if UNTOLD in told.values() else told


def _link_of(entry: Entry) -> str:
    """Name what a confirmed proposal says by the leaf, which outlives an erasure."""
    return f"{entry.leaf.get('subject')}/match:{entry.leaf.get('exch')}"


_CONFIRMED = {
    "kind": said("kind"), "value": said("value"), "confidence": always(100), "former": always(None),
    "ended": always(None),
}  # fmt: skip


LINKS = Party(
    "links", "subject_identifier",
    f"""SELECT CASE WHEN source LIKE 'match:%' THEN subject_id || '/' || source
                    ELSE subject_id || '/' || source || '/' || {AT.format("recorded_at")} END AS key,
               kind, value, confidence, former_since AS former, {AT.format("ended_at")} AS ended FROM subject_identifier
        WHERE batch_id IS NULL AND recorded_at IS NOT NULL""",  # noqa: S608 - our own words
    {
        "subject.linked": _linked, "match.confirmed": born(_link_of, _CONFIRMED),
        "match.taken_back": changed(_link_of, {"ended": leaf("ts")}),
    },
    {"value": digest},
)  # fmt: skip


_JUDGED = {"status": leaf("outcome"), "reason": said("reason"), "decided_by": leaf("actor"), "decided_at": leaf("ts")}


def _judged(rows: dict[str, Expected], entry: Entry) -> None:
    """Change every proposal that an event names; one that is looked at again waits, and nothing is vouched of it."""
    for proposal in said("proposals")(entry) if entry.payload else ():
        rows.setdefault(str(proposal), {"accepted_by": None, "accepted_at": None}).update(tell(_JUDGED, entry))
        if entry.type == "match.reopened":
            del rows[str(proposal)]


_STANDS = {
    "office": said("office"), "state": leaf("outcome"), "due_on": said("due_on"), "outcome": said("ended"),
    "asks": said("asks"), "steps": said("number"),
}  # fmt: skip


def _stepped(rows: dict[str, Expected], entry: Entry) -> None:
    """Change a case as a step left it; one that was confirmed or closed says when."""
    row = rows.setdefault(str(entry.leaf.get("exch")), {})
    row.update(tell(_STANDS, entry))
    if entry.payload is None:
        row["confirmed_at"] = UNTOLD
    elif entry.payload.get("step") == "confirm":
        row["confirmed_at"] = entry.leaf.get("ts")
    if entry.leaf.get("outcome") == "closed":
        row["closed_at"] = entry.leaf.get("ts")


CASES = Party(
    "cases", "disposal_case",
    f"""SELECT id::text AS key, subject, type, level, score, version, points, found_on::text AS found_on, opened_by,
               office, state, due_on::text AS due_on, outcome, asks, steps, {AT.format("opened_at")} AS opened_at,
               {AT.format("confirmed_at")} AS confirmed_at, {AT.format("closed_at")} AS closed_at
        FROM disposal_case""",  # noqa: S608 - our own words
    {
        "case.opened": born(leaf("exch"), {
            **{name: said(name) for name in (
                "subject", "type", "level", "score", "version", "points", "found_on", "office", "due_on")},
            "opened_by": leaf("actor"), "opened_at": leaf("ts"), "state": leaf("outcome"), "outcome": always(None),
            "asks": always(None), "steps": always(0), "confirmed_at": always(None), "closed_at": always(None),
        }),
        "case.stepped": _stepped,
    },
)  # fmt: skip


PROPOSALS = Party(
    "match-proposals", "match_proposal",
    f"""SELECT proposal_id::text AS key, status, reason, decided_by, {AT.format("decided_at")} AS decided_at,
               accepted_by, {AT.format("accepted_at")} AS accepted_at
        FROM match_proposal WHERE status NOT IN ('open', 'outdated')""",  # noqa: S608 - our own words
    {
        "match.accepted": born(leaf("exch"), {
            "status": leaf("outcome"), "reason": said("reason"), "accepted_by": leaf("actor"),
            "accepted_at": leaf("ts"), "decided_by": always(None), "decided_at": always(None),
        }),
        "match.confirmed": changed(leaf("exch"), _JUDGED), "match.taken_back": changed(leaf("exch"), _JUDGED),
        "match.rejected": _judged, "match.reopened": _judged,
    },
)  # fmt: skip
