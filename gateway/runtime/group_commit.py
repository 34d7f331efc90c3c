"""Natural group commit: who comes while one group's transaction is under way shares the next one.

1. An idle group begins at once, with whoever is there: nobody ever waits for company.
2. One transaction of a name is open at a time; who joins meanwhile is collected, and goes together when it has ended.
3. A group whose statements fail was rolled back: each member is tried in a transaction of its own, and fails alone.
4. A group whose commit fails is not tried again, since the commit may have arrived: every member is told.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Any, TypeVar

from gateway.runtime.actor import ANYONE
from gateway.runtime.work import UnitOfWork, UnitsOfWork

LARGEST = 64  # what is decided for a group's members is decided in one go, while other requests wait
Member = TypeVar("Member")
Result = TypeVar("Result")
_Write = Callable[[UnitOfWork, Sequence[Any]], Awaitable[Sequence[Any]]]
_Waiting = list[tuple[Any, "asyncio.Future[Any]"]]


class _RolledBackError(Exception):
    """Nothing of the group was written; the cause says why."""


class GroupCommit:
    """The groups of one process, by the name of their commit point."""

    def __init__(self, units: UnitsOfWork) -> None:
        """Open one of these units for each group."""
        self._units = units
        self._waiting: dict[str, _Waiting] = {}
        self._turns: dict[str, asyncio.Task[None]] = {}

    async def join(
        self,
        name: str,
        write: Callable[[UnitOfWork, Sequence[Member]], Awaitable[Sequence[Result]]],
        member: Member,
    ) -> Result:
        """Have `write` called with this member and others of the name; return its result once it is committed.

        `write` returns one result per member, in their order, and is the same for every member of a name. A result is
        returned when it is durable; a fault of the database or of `write` is raised to those it concerns.
        """
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(name, []).append((member, done))
        if name not in self._turns:
            # A context of its own: a group belongs to no single request's trace.
            self._turns[name] = asyncio.create_task(self._take_turns(name, write), context=Context())
        return await done

    async def _take_turns(self, name: str, write: _Write) -> None:
        try:
            while waiting := self._waiting[name]:
                self._waiting[name] = waiting[LARGEST:]
                await self._settle(name, write, waiting[:LARGEST])
        finally:
            del self._turns[name]

    async def _settle(self, name: str, write: _Write, group: _Waiting) -> None:
        """Write a group, or each of its members where that fails, and tell every member."""
        try:
            results = await self._commit(name, write, [member for member, _ in group])
        except _RolledBackError as fault:
            if len(group) > 1:
                await asyncio.gather(*(self._settle(name, write, [one]) for one in group))
            else:
                _fail(group, fault.__cause__ or fault)
        except Exception as fault:  # noqa: BLE001 - raised to every member, each in its own request
            _fail(group, fault)
        else:
            for (_, done), result in zip(group, results, strict=True):
                if not done.done():
                    done.set_result(result)

    async def _commit(self, name: str, write: _Write, members: Sequence[Any]) -> Sequence[Any]:
        async with self._units.begin(name, ANYONE) as work:  # each member's events name who caused them
            try:
                return await write(work, members)
            except Exception as fault:
                raise _RolledBackError from fault


def _fail(group: _Waiting, fault: BaseException) -> None:
    for _, done in group:
        if not done.done():  # one whose caller has gone was cancelled
            done.set_exception(fault)
