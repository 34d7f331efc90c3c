"""Units of work: a transaction with what may be written, recorded and signed in it. Use cases take an open one.

A door (a route, a page, a command, a step of the worker) opens the unit for whoever acts; it commits when the door's
block ends, and rolls back when something is raised. A use case that needs several transactions takes UnitsOfWork.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from audit.events import Event
from audit.recorder import Recorder
from connectors.personal.sealing import Protector
from connectors.records.objection_rules import CHINA
from gateway.runtime.actor import ANYONE, FOR_OTHERS, Actor
from gateway.runtime.clock import now
from gateway.runtime.database import Database, Role
from gateway.runtime.denial import DeniedError
from gateway.runtime.events import check_cause, event_of
from gateway.runtime.group_commit import GroupCommit, Member, Result, Write
from gateway.runtime.keystore import KeyStore

_SHARED_BY_MANY = frozenset({"anyone", "program", "machine"})  # names that stand for nobody in particular


@dataclass(frozen=True)
class UnitOfWork:
    """An open transaction, the log's recorder, the keys and name the instance signs with, who acts, when it began.

    `jurisdiction` is the code of the place whose law the instance is under; `protector` opens personal data, None where
    nothing may be opened.
    """

    session: AsyncSession
    recorder: Recorder
    keys: KeyStore
    issuer: str
    actor: Actor
    now: datetime
    jurisdiction: str = CHINA
    protector: Protector | None = None

    async def record(
        self,
        event_type: str,
        payload: Mapping[str, object] | None = None,
        *,
        outcome: str,
        institution: str | None = None,
        account: str | None = None,
        subject: UUID | None = None,
        exchange: UUID | str | None = None,
        at: datetime | None = None,
        event_id: UUID | None = None,
        actor: str | None = None,
    ) -> UUID:
        """Record an event of the catalogue and return its id, as long as this unit commits.

        `subject` is the subject's own id. `actor` is named where somebody else is the cause; `event_id` where something
        signed names it before.
        Raises EventError for a type or payload that the catalogue does not know, or an actor it does not list.
        """
        event = self.event(
            event_type, payload, outcome=outcome, institution=institution, account=account, subject=subject,
            exchange=exchange, actor=actor,
        )  # fmt: skip
        return await self.recorder.record(self.session, event, at or self.now, event_id)

    def event(
        self,
        event_type: str,
        payload: Mapping[str, object] | None = None,
        *,
        outcome: str,
        institution: str | None = None,
        account: str | None = None,
        subject: UUID | None = None,
        exchange: UUID | str | None = None,
        actor: str | None = None,
    ) -> Event:
        """Return an event of the catalogue, to be recorded together with others (`Recorder.record_all`).

        Raises as `record`.
        """
        if actor is None or self.actor.kind not in FOR_OTHERS:
            check_cause(event_type, self.actor.kind)
        return event_of(
            event_type, actor or self.actor.name, payload or {}, institution=institution, account=account,
            subject=str(subject) if subject else None, outcome=outcome, exchange=str(exchange) if exchange else None,
        )  # fmt: skip


@dataclass(frozen=True)
class UnitsOfWork:
    """Opens units of work."""

    database: Database
    recorder: Recorder
    keys: KeyStore
    issuer: str
    jurisdiction: str = CHINA
    protector: Protector | None = None

    @cached_property
    def groups(self) -> GroupCommit:
        """The group commits of this process."""
        # Each member's events name who caused them.
        return GroupCommit(lambda name: self.begin(name, ANYONE, short=True))

    async def join(self, name: str, write: Write[Member, Result | DeniedError], member: Member, actor: Actor) -> Result:
        """Have `write` called in one unit with this member and with others of the name that come meanwhile.

        Raises the DeniedError that a member's result is, or one where too many of this actor (of its institution) wait
        already; RolledBackError where the group could not be written: nothing of it was, and its members are to be
        tried by themselves.
        """
        async with self.database.shares.place(_party_of(actor)):
            result = await self.groups.join(name, write, member, retried=False)
        if isinstance(result, DeniedError):
            raise result
        return result

    @asynccontextmanager
    async def begin(
        self, name: str, actor: Actor, *, role: Role = "app", short: bool = False
    ) -> AsyncIterator[UnitOfWork]:
        """Open a unit; `name` is its commit point, used in traces and by the crash tests; `short` as of Database.begin.

        Raises DeniedError where too many of this actor's (of its institution's) wait for their turn already.
        """
        async with (
            self.database.shares.turn(_party_of(actor)),
            self.database.begin(name, role=role, short=short) as session,
        ):
            yield UnitOfWork(
                session, self.recorder, self.keys, self.issuer, actor, now(), self.jurisdiction, self.protector
            )


def _party_of(actor: Actor) -> str | None:
    return None if actor.kind in _SHARED_BY_MANY else actor.institution_id or actor.name
