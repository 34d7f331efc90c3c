"""Whose a client is: those of administrators belong to a person, so that two of them are known to be two people.

Nobody holds two of the three offices (GB/T 22239: system, security, audit): a person has one role, and a client of an
administrator belongs to a person of its own kind.
"""

from sqlalchemy import text

from gateway.identity.clients.unknown import no_client
from gateway.identity.tables import Client
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

ADMINISTRATORS = frozenset({"operator", "system", "auditor"})
OWNED = ADMINISTRATORS - {"auditor"}  # an auditor's client may belong to an office
_PERSON = text("SELECT role, status FROM person WHERE person_id = :person FOR SHARE")


async def person_behind(work: UnitOfWork) -> str | None:
    """Return the id of the person who acts, signed in or by a client of theirs; None where the client is nobody's."""
    if work.actor.person is not None:
        return work.actor.person.removeprefix("person:")
    client = await work.session.get(Client, work.actor.client_id)
    return client.person_id if client else None


async def check_owner(work: UnitOfWork, kind: str, person: str | None) -> None:
    """Pass where a client of a kind may belong to a person, or to nobody where None. Raises DeniedError."""
    if person is None:
        if kind in OWNED:
            raise DeniedError(
                "change-refused",
                "管理员的客户端须属于一个人员 an administrator's client belongs to a person: name them",
            )
        return
    if kind not in ADMINISTRATORS:
        raise DeniedError("change-refused", f"此类客户端不属于个人 a client of kind {kind} belongs to no person")
    found = (await work.session.execute(_PERSON, {"person": person})).one_or_none()
    if found is None or found.status == "suspended":
        raise DeniedError("change-refused", f"没有此人员，请先邀请 there is no person {person}: invite them first")
    if found.role != kind:
        raise DeniedError(
            "change-refused",
            f"一人不得兼任两种管理员 {person} is {found.role}: nobody holds two of system, security and audit",
        )


async def bind_client(work: UnitOfWork, *, client_id: str, person: str) -> None:
    """Say which person an administrator's client belongs to. Raises DeniedError."""
    row = await work.session.get(Client, client_id, with_for_update=True)
    if row is None:
        raise await no_client(work, client_id)
    await check_owner(work, row.kind, person)
    row.person_id = person
    await work.record("client.bound", {"client": client_id, "person": person}, outcome="bound")
    await work.session.flush()
