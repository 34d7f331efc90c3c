"""Natural group commit: who comes while one group's transaction is under way shares the next one.

1. An idle group begins at once, with whoever is there: nobody ever waits for company.
2. One transaction of a name is open at a time; who joins meanwhile is collected, and goes together when it has ended.
3. A group whose statements fail was rolled back: each member is tried in a transaction of its own, and fails alone;
   by the group, or, where it says so when it joins, by itself: the next group does not wait for that.
4. A group whose commit fails is not tried again, since the commit may have arrived: every member is told.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from contextvars import Context
from dataclasses import dataclass
from typing import Any, TypeVar

LARGEST = 64  # what is decided for a group's members is decided in one go, while other requests wait
Member = TypeVar("Member")
Result = TypeVar("Result")
Write = Callable[[Any, Sequence[Member]], Awaitable[Sequence[Result]]]  # what it is given first: an open unit of work
_Write = Callable[[Any, Sequence[Any]], Awaitable[Sequence[Any]]]


class RolledBackError(Exception):
    """一组写入已回滚 Nothing of a group was written; the cause says why."""


@dataclass(frozen=True)
class _Waiting:
    member: Any
    done: "asyncio.Future[Any]"
    retried: bool


class GroupCommit:
    """The groups of one process, by the name of their commit point."""

    def __init__(self, begin: Callable[[str], AbstractAsyncContextManager[Any]]) -> None:
        """Open a unit of work by `begin` for each group."""
        self._begin = begin
        self._waiting: dict[str, list[_Waiting]] = {}
        self._turns: dict[str, asyncio.Task[None]] = {}

    async def join(self, name: str, write: Write[Member, Result], member: Member, *, retried: bool = True) -> Result:
        """Have `write` called with this member and others of the name; return its result once it is committed.

        `write` returns one result per member, in their order, and is the same for every member of a name. A result is
        returned when it is durable; a fault of the database or of `write` is raised to those it concerns. One that is
        not to be `retried` is told of a group that failed by RolledBackError, also where it stood there alone.
        """
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(name, []).append(_Waiting(member, done, retried))
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

    async def _settle(self, name: str, write: _Write, group: Sequence[_Waiting]) -> None:
        """Write a group, or each of its members where that fails, and tell every member."""
        try:
            results = await self._commit(name, write, [one.member for one in group])
        except RolledBackError as fault:
            _fail([one for one in group if not one.retried], fault)
            again = [one for one in group if one.retried]
            if len(group) > 1:
                await asyncio.gather(*(self._settle(name, write, [one]) for one in again))
            else:
                _fail(again, fault.__cause__ or fault)
        except Exception as fault:  # noqa: BLE001 - raised to every member, each in its own request
            _fail(group, fault)
        else:
            for one, result in zip(group, results, strict=True):
                if not one.done.done():
                    one.done.set_result(result)

    async def _commit(self, name: str, write: _Write, members: Sequence[Any]) -> Sequence[Any]:
        async with self._begin(name) as work:
            try:
                return await write(work, members)
            except Exception as fault:
                raise RolledBackError from fault


def _fail(group: Sequence[_Waiting], fault: BaseException) -> None:
    for one in group:
        if not one.done.done():  # one whose caller has gone was cancelled
            one.done.set_exception(fault)
