"""The declared challenger, each night after the scan: compared with the card in force, the figures kept by day.

It stands beside the scan, not in it: a challenger that cannot be read or computed is noted, and no score waits for it.
"""

from datetime import date
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from gateway.cards.in_force import card_in_force
from gateway.runtime.actor import PROGRAM
from gateway.runtime.locks import Lock, try_take
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.scores.card_files import read_card_file
from gateway.scores.challenger_tables import ChallengerNight
from gateway.scores.scan_errors import NothingScannedError
from gateway.scores.scan_runs import find_newest
from gateway.scores.shadow import compare_in_shadow
from scoring_adapter.errors import CardError
from scoring_adapter.scorecard import Scorecard

UNREADABLE = ""  # what a challenger is called whose card cannot be read


async def challenge_when_due(units: UnitsOfWork, declared: Path | None, at_least: int) -> None:
    """Compare the declared challenger, where one is declared, by what the newest scan left: once for each of its days.

    Raises NothingScannedError where the scan was over other tags than there are now, and what the database raises.
    """
    if declared is None:
        return
    challenger = _read(declared)
    model = UNREADABLE if isinstance(challenger, str) else challenger.card.model()
    async with units.begin("challenger.due", PROGRAM) as work:
        newest = await find_newest(work.session)
        if newest is None or await _is_done(work, newest.as_of, model):
            return
    try:
        if not isinstance(challenger, str):
            await _compare(units, challenger, at_least)
            return
        fault = challenger
    except (SQLAlchemyError, NothingScannedError):  # nothing that the challenger did
        raise
    except Exception as raised:  # noqa: BLE001 - whatever a card does, it is told, and nothing else ends by it
        fault = type(raised).__name__
    async with units.begin("challenger.failed", PROGRAM) as work:
        await _note(work, newest.as_of, model, fault)


def _read(declared: Path) -> Scorecard | str:
    """Return the card of a file, or why it is none."""
    try:
        return read_card_file(declared)
    except CardError as fault:
        return f"{declared.name}: {fault}"
    except OSError:
        return f"{declared.name}: 读不到 cannot be read"


async def _compare(units: UnitsOfWork, challenger: Scorecard, at_least: int) -> None:
    """Compare and keep the figures; another process that is at it, or was, has kept them."""
    async with units.begin("challenger.compare", PROGRAM) as work:
        if not await try_take(work.session, Lock.CHALLENGER):
            return
        compared = await compare_in_shadow(work, challenger, at_least, lambda _done, _all: None)
        as_of, model = date.fromisoformat(compared.told["as_of"]), compared.told["challenger"]
        if not await _is_done(work, as_of, model):
            work.session.add(ChallengerNight(
                as_of=as_of, challenger=model, champion=compared.told["champion"], told=dict(compared.told),
                computed_at=work.now, event_id=compared.entry,
            ))  # fmt: skip


async def _note(work: UnitOfWork, as_of: date, model: str, fault: str) -> None:
    """Write that a night has no figures, and why."""
    if not await try_take(work.session, Lock.CHALLENGER) or await _is_done(work, as_of, model):
        return
    champion = (await card_in_force(work.session, work.now)).card.model()
    payload = {"as_of": as_of.isoformat(), "champion": champion, "challenger": model}
    entry = await work.record("scores.not_compared", payload, outcome="failed")
    work.session.add(ChallengerNight(
        as_of=as_of, challenger=model, champion=champion, fault=fault, computed_at=work.now, event_id=entry
    ))  # fmt: skip


async def _is_done(work: UnitOfWork, as_of: date, model: str) -> bool:
    return await work.session.get(ChallengerNight, (as_of, model)) is not None
