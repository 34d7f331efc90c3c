"""What each administrative act can lead to: the graph that says which acts need a second person. Pure.

An arrow goes from an act to what is possible once it is done, and from there on. Whatever reaches one of the harms is
never done by one person alone. The table in docs/administration.md is printed from here, and a test compares them.
"""

from collections.abc import Mapping
from enum import StrEnum


class Harm(StrEnum):
    """What a chain of acts may end in; the value is how pages and documents name it."""

    READS = "reads"  # an enterprise's data are read
    STOPS = "stops"  # those who watch are stopped
    FALSE = "false"  # false data are shown
    FINAL = "final"  # it cannot be undone


INSTITUTION, ACCOUNT, QUOTA = "an institution may ask", "an account may ask", "more may be asked"
PERMITTED = "an enterprise permits"
SIGNATORY, UNGUARDED = "a signatory may approve", "an enterprise cannot object"
AGENCY, UNSIGNED, PLATFORM = "data are handed in", "data need no signature", "a platform delivers"
OFFICE = "an office sees its cases"
AUDITOR, APPROVER, RUNNER = "an auditor reads the log", "a person approves changes", "a person hands in for agencies"
AUDITOR_AWAY, APPROVER_AWAY, HIDDEN = "an auditor is away", "an approver is away", "a record is hidden"
CASE_ENDS = "a case of the auditor ends"
ASKED_OUTSIDE = "an outside provider is asked"
SCORED_OTHERWISE = "another card scores"
_POSSIBLE: Mapping[str, tuple[str, ...]] = {
    INSTITUTION: (ACCOUNT,),
    ACCOUNT: (Harm.READS,),
    QUOTA: (Harm.READS,),
    PERMITTED: (Harm.READS,),
    SIGNATORY: (Harm.READS,),
    UNGUARDED: (SIGNATORY,),
    AGENCY: (Harm.FALSE,),
    UNSIGNED: (Harm.FALSE,),
    PLATFORM: (Harm.FALSE,),
    RUNNER: (AGENCY,),
    AUDITOR: (Harm.READS,),
    OFFICE: (Harm.READS,),
    APPROVER: (SIGNATORY, AGENCY, APPROVER_AWAY),
    AUDITOR_AWAY: (Harm.STOPS,),
    APPROVER_AWAY: (Harm.STOPS,),
    HIDDEN: (Harm.FALSE,),
    CASE_ENDS: (Harm.STOPS,),
    ASKED_OUTSIDE: (Harm.READS, Harm.FALSE),
    SCORED_OTHERWISE: (Harm.FALSE,),
}
# What there is once a client of a kind, or a person of a role, may act; and once it may not.
_PRESENT = {
    "account": ACCOUNT, "agency": AGENCY, "signatory": SIGNATORY, "platform": PLATFORM, "auditor": AUDITOR,
    "operator": APPROVER, "system": RUNNER, "regulator": AUDITOR, "clerk": AGENCY, "office": OFFICE,
    "staff": ACCOUNT, "owner": SIGNATORY,
}  # fmt: skip
_AWAY = {
    "signatory": (UNGUARDED,), "auditor": (AUDITOR_AWAY,), "regulator": (AUDITOR_AWAY,), "operator": (APPROVER_AWAY,),
    "owner": (UNGUARDED,),
}  # fmt: skip
KINDS = ("account", "agency", "signatory", "platform", "office", "auditor", "operator", "system")
ROLES = ("operator", "system", "auditor", "regulator", "clerk", "office", "staff", "owner")


def _client_acts(kind: str) -> dict[str, tuple[str, ...]]:
    present, away = (_PRESENT[kind],), _AWAY.get(kind, ())
    return {
        f"client.add {kind}": present,
        f"client.suspend {kind}": away,
        f"client.resume {kind}": present,
        f"client.close {kind}": (*away, Harm.FINAL),
        f"client.limits {kind}": (*present, *away),
        f"client.key {kind}": (*present, *away),
        f"client.key-retire {kind}": away,
    }


def _person_acts(role: str) -> dict[str, tuple[str, ...]]:
    present, away = (_PRESENT[role],), _AWAY.get(role, ())
    return {
        f"person.invite {role}": present,
        f"person.invite-anew {role}": (*present, *away),
        f"person.suspend {role}": away,
        f"person.resume {role}": present,
        f"person.reset-factor {role}": (*present, *away),
    }


ACTS: Mapping[str, tuple[str, ...]] = {
    "institution.add": (INSTITUTION,),
    "institution.agreement": (INSTITUTION,),
    "institution.suspend": (),
    "institution.resume": (INSTITUTION,),
    "institution.close": (Harm.FINAL,),
    "institution.exit": (),
    "delegation.grant": (ACCOUNT,),
    "delegation.end": (),
    "quota.set within": (),
    "quota.set above": (QUOTA,),
    "quota.limit within": (),
    "quota.limit above": (QUOTA,),
    "quota.rate within": (),
    "quota.rate above": (QUOTA,),
    "quota.cost": (QUOTA,),
    "quota.grant": (QUOTA,),
    "quota.reverse": (QUOTA,),
    "provider.set": (ASKED_OUTSIDE,),
    "provider.join": (ASKED_OUTSIDE,),
    "provider.suspend": (),
    "provider.resume": (ASKED_OUTSIDE,),
    "card.release": (SCORED_OTHERWISE,),
    "card.return": (SCORED_OTHERWISE,),
    "duty.register": (Harm.READS,),
    "duty.end": (),
    "view.set": (Harm.READS,),
    "view.end": (),
    "output.policy narrower": (),
    "output.policy wider": (Harm.READS,),
    "client.signing required": (),
    "client.signing optional": (UNSIGNED,),
    "client.for-people allowed": (ACCOUNT,),
    "client.for-people refused": (),
    "client.person": (APPROVER,),
    "key.rotate ahead": (),
    "key.rotate now": (Harm.FINAL,),
    "key.promote": (),
    "consent.template": (QUOTA,),
    "consent.paper": (PERMITTED,),
    "consent.invalidate": (Harm.FINAL,),
    "signatory.mandate": (SIGNATORY,),
    "abnormal.lift": (ACCOUNT, CASE_ENDS),
    "abnormal.suspend": (CASE_ENDS,),
    "record.repair": (HIDDEN,),
    "subject.erase": (Harm.FINAL,),
    **{act: leads for kind in KINDS for act, leads in _client_acts(kind).items()},
    **{act: leads for role in ROLES for act, leads in _person_acts(role).items()},
}


def leads_to(act: str) -> list[Harm]:
    """Return the harms that an act can lead to, through whatever it makes possible. Raises KeyError for no act."""
    reached = _reached(act)
    return [harm for harm in Harm if harm in reached]


def needs_two(act: str) -> bool:
    """Tell whether an act waits for a second person."""
    return bool(leads_to(act))


def is_final(act: str) -> bool:
    """Tell whether an act cannot be undone: what is closed, erased or retired stays so."""
    return Harm.FINAL in leads_to(act) or act.startswith("client.key-retire")


def approver_of(act: str) -> str:
    """Return the kind of those who may approve an act: nobody but an auditor lets an auditor be stopped, or a case that
    was opened for one be ended.
    """
    return "operator" if _reached(act).isdisjoint({AUDITOR_AWAY, CASE_ENDS}) else "auditor"


def _reached(act: str) -> set[str]:
    open_, reached = list(ACTS[act]), set[str]()
    while open_:
        here = open_.pop()
        if here not in reached:
            reached.add(here)
            open_ += _POSSIBLE.get(here, ())
    return reached
