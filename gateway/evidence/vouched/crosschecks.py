"""Checks against other supervisors' lists, from their proposal on; and the lists. Pure."""

from gateway.evidence.vouched.declaration import AT, Deed, Party, Says, always, born, changed, leaf, said
from gateway.evidence.vouched.told import same

LISTS = Deed(
    "supervisor-lists", "supervisor_list",
    """SELECT event_id AS entry, list_id AS list, supervisor, encode(digest, 'hex') AS digest, rows, sound, faulty,
              received_by FROM supervisor_list""",
    {"crosscheck.listed": Says(
        {**same("list", "supervisor", "digest", "rows", "sound", "faulty"), "received_by": leaf("actor")}
    )},
)  # fmt: skip
_DECIDED = {"decided_by": leaf("actor"), "decided_at": leaf("ts"), "reason": said("reason")}
_LATER = (
    "decided_by", "decided_at", "reason", "day", "as_of", "suspects", "cap", "commitment", "message", "their_size",
    "their_commitment", "their_message", "found", "result", "done_at",
)  # fmt: skip
CHECKS = Party(
    "cross-checks", "cross_check",
    f"""SELECT check_id::text AS key, way, purpose, type, level, counterpart, learner, state, proposed_by,
               proposed_person, {AT.format("proposed_at")} AS proposed_at, decided_by,
               {AT.format("decided_at")} AS decided_at, reason, day::text AS day, as_of::text AS as_of, suspects, cap,
               commitment, message, their_size, their_commitment, their_message, found, result,
               {AT.format("done_at")} AS done_at,
               (SELECT coalesce(jsonb_agg(list::text ORDER BY at), '[]')
                FROM unnest(lists) WITH ORDINALITY AS l (list, at)) AS lists FROM cross_check""",  # noqa: S608
    {
        "crosscheck.proposed": born(leaf("exch"), {
            **same("way", "purpose", "type", "level", "counterpart", "learner", "lists"),
            "proposed_by": leaf("actor"), "proposed_person": said("person"), "proposed_at": leaf("ts"),
            "state": leaf("outcome"), **dict.fromkeys(_LATER, always(None)),
        }),
        "crosscheck.rejected": changed(leaf("exch"), {**_DECIDED, "state": leaf("outcome")}),
        "crosscheck.compared": changed(leaf("exch"), {
            **_DECIDED, **same("day", "as_of", "suspects", "found", "result"), "state": leaf("outcome"),
            "done_at": leaf("ts"),
        }),
        "crosscheck.approved": changed(leaf("exch"), {
            **_DECIDED, **same("day", "as_of", "suspects", "cap", "commitment"), "state": leaf("outcome"),
        }),
        "crosscheck.committed": changed(leaf("exch"), {
            "their_size": said("size"), "their_commitment": said("commitment"), "message": said("message"),
            "state": leaf("outcome"),
        }),
        "crosscheck.done": changed(leaf("exch"), {
            **same("found", "result"), "their_message": said("message"), "state": leaf("outcome"),
            "done_at": leaf("ts"),
        }),
    },
)  # fmt: skip
