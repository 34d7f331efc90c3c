"""Who acts when somebody at the console does: the same actor, to the rules, as a client that acts for this person."""

from gateway.people.sessions import Present
from gateway.runtime.actor import Actor

_KINDS = {"operator": "operator", "system": "system", "auditor": "auditor", "regulator": "auditor"}


def acting(present: Present) -> Actor:
    """Return a clerk as acting for the agency, one of an office for it, an owner for the enterprise after the wait.

    Administrators and regulators act as what they are, others as people.
    """
    if present.role == "clerk" and present.agency:
        return Actor(present.agency, "agency", person=present.actor)
    if present.role == "office" and present.office:
        return Actor(present.office, "office", person=present.actor)
    if present.role == "owner" and present.waits_until is None:
        return Actor(present.actor, "signatory", subject=present.enterprise, person=present.actor)
    kind = _KINDS.get(present.role, "person")
    return Actor(present.actor, kind, present.institution_id, person=present.actor)
