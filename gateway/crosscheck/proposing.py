"""Proposing a check: who is compared, with which lists or which counterpart, and what for. Another person decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from gateway.crosscheck.tables import CrossCheck, SupervisorList
from gateway.identity.clients.owners import person_behind
from gateway.records.access import demand_overseer
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from risk_monitor.names import Kind, Level

Learner = Literal["gateway", "counterpart"]
MOST_LISTS = 20
SHORTEST_PURPOSE, LONGEST_PURPOSE = 4, 500
_COUNTERPARTS = text("""
    SELECT c.client_id FROM client c JOIN client_standing s USING (client_id)
    WHERE c.kind = 'platform' AND s.stopped IS NULL ORDER BY c.client_id
""")


@dataclass(frozen=True)
class Wanted:
    """What is to be compared: those at `level` or above, of a type or of any; with lists, or with a counterpart."""

    purpose: str
    level: Level
    kind: Kind | None = None
    lists: tuple[UUID, ...] = ()
    counterpart: str | None = None
    learner: Learner | None = None


async def propose(work: UnitOfWork, wanted: Wanted) -> CrossCheck:
    """Keep a proposal. Raises DeniedError for whoever does not oversee, and for what cannot be compared."""
    demand_overseer(work)
    if not SHORTEST_PURPOSE <= len(wanted.purpose.strip()) <= LONGEST_PURPOSE:
        said = f"purpose: {SHORTEST_PURPOSE}–{LONGEST_PURPOSE} 个字符 characters"
        raise DeniedError("invalid-request", said)
    way = await _way_of(work, wanted)
    made = CrossCheck(
        check_id=uuid7(), way=way, purpose=wanted.purpose.strip(), type=wanted.kind, level=wanted.level,
        counterpart=wanted.counterpart, learner=wanted.learner, lists=list(wanted.lists), state="proposed",
        proposed_by=work.actor.name, proposed_person=await who_acts(work),
        proposed_at=work.now, event_id=uuid7(),
    )  # fmt: skip
    payload = {
        "check": str(made.check_id), "way": way, "purpose": made.purpose, "type": made.type, "level": made.level,
        "counterpart": made.counterpart, "learner": made.learner, "person": made.proposed_person,
        "lists": [str(one) for one in made.lists],
    }  # fmt: skip
    await work.record(
        "crosscheck.proposed", payload, outcome="proposed", exchange=made.check_id, event_id=made.event_id
    )
    work.session.add(made)
    await work.session.flush()
    return made


async def who_acts(work: UnitOfWork) -> str:
    """Return the person who acts, at the console or by a client of theirs; at this machine, who runs the command.

    Raises DeniedError for a client that belongs to nobody: two of those could be one person's.
    """
    if work.actor.kind == "machine":
        return work.actor.name
    person = await person_behind(work)
    if person is None:
        raise DeniedError("person-unknown")
    return person


async def counterparts(work: UnitOfWork) -> Sequence[str]:
    """Return who can be the counterpart of a private check. Raises DeniedError for whoever does not oversee."""
    demand_overseer(work)
    return (await work.session.execute(_COUNTERPARTS)).scalars().all()


async def _way_of(work: UnitOfWork, wanted: Wanted) -> str:
    """Return which way is asked for. Raises DeniedError where it is neither, or names what there is not."""
    if wanted.counterpart is not None and wanted.learner is not None and not wanted.lists:
        await _demand_counterpart(work, wanted.counterpart)
        return "private"
    if wanted.counterpart is not None or wanted.learner is not None or not wanted.lists:
        raise DeniedError(
            "invalid-request",
            "明文核对给出名单；隐私核对给出对方和得知结果的一方。"
            "A plain check names lists; a private one its counterpart and who learns the result.",
        )
    if len(set(wanted.lists)) != len(wanted.lists) or len(wanted.lists) > MOST_LISTS:
        raise DeniedError("invalid-request", f"lists: 至多 {MOST_LISTS} 份，不重复 at most {MOST_LISTS}, each once")
    query = select(SupervisorList.list_id).where(col(SupervisorList.list_id).in_(wanted.lists))
    if len((await work.session.execute(query)).all()) != len(wanted.lists):
        raise DeniedError("crosscheck-not-found", "没有此名单。There is no such list.")
    return "plain"


async def _demand_counterpart(work: UnitOfWork, counterpart: str) -> None:
    """Pass for a platform that is registered and not stopped: another organisation with keys of its own."""
    if counterpart not in await counterparts(work):
        raise DeniedError(
            "crosscheck-not-found", "没有此对方，或已停用。There is no such counterpart, or it was stopped."
        )
