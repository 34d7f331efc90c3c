"""The life of a case: its states, the steps that lead from one to the next, how it may end. Pure.

An office sees to its cases; the city oversees. What leads out of the office's hands (more time, another office, an
authority outside) the office asks for, and the city decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
import yaml

from risk_monitor.case_names import Outcome, Side, State, Step
from risk_monitor.names import Level

Wrong = Literal["state", "asks", "asks-nothing", "due", "same-office"]
FINAL: frozenset[Step] = frozenset({"dismiss", "close"})


class Terms(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How long cases may take."""

    version: int
    due_days: Mapping[Level, int]
    most_more_days: int


@dataclass(frozen=True)
class Way:
    """From where a step leads, to where (None: it stays), and who takes it."""

    side: Side
    begins: frozenset[State]
    ends: State | None = None


@dataclass(frozen=True)
class Asked:
    """What an office asks the city for: the day it wants instead, the authority, or the other office."""

    step: Step
    to: str


@dataclass(frozen=True)
class Standing:
    """Where a case stands."""

    office: str
    due_on: date
    state: State = "opened"
    was_confirmed: bool = False
    outcome: Outcome | None = None
    asks: Asked | None = None


_WORKED: frozenset[State] = frozenset({"accepted", "confirmed"})
_OPEN: frozenset[State] = frozenset({"opened", *_WORKED})
_CONFIRMED: frozenset[State] = frozenset({"confirmed"})
WAYS: Mapping[Step, Way] = {
    "accept": Way("office", frozenset({"opened"}), "accepted"),
    "confirm": Way("office", frozenset({"accepted"}), "confirmed"),
    "dismiss": Way("office", frozenset({"accepted"}), "closed"),
    "check": Way("office", _WORKED),
    "help": Way("office", _WORKED),
    "measure": Way("office", _CONFIRMED),
    "ask-time": Way("office", _WORKED),
    "ask-transfer": Way("office", _CONFIRMED),
    "ask-hand-over": Way("office", _OPEN),
    "close": Way("office", _CONFIRMED, "closed"),
    "grant": Way("city", _OPEN),
    "refuse": Way("city", _OPEN),
    "assign": Way("city", _OPEN),
}
_ASKING: frozenset[Step] = frozenset({"ask-time", "ask-transfer", "ask-hand-over"})
_MOVES_AWAY: frozenset[Step] = frozenset({*FINAL, *_ASKING, "assign"})  # not while something is asked


@cache
def load_terms() -> Terms:
    """Return how long cases may take."""
    return msgspec.convert(yaml.safe_load(files("risk_monitor").joinpath("handling.yaml").read_text("utf-8")), Terms)


def due_on(level: Level, opened_on: date) -> date:
    """Return until when a case is to be ended that was opened on a day."""
    return opened_on + timedelta(days=load_terms().due_days[level])


def take_step(case: Standing, step: Step, to: str = "") -> Standing | Wrong:
    """Return where a case stands after a step, or what is wrong with taking it now.

    `to` is what the step leads to: the day, authority or office that is asked for, the office it is assigned to, the
    outcome it is closed with.
    """
    return _wrong(case, step, to) or _after(case, step, to)


def open_steps(case: Standing, side: Side) -> list[Step]:
    """Return the steps that somebody of a side may take now."""
    asked = case.asks is not None
    return [
        step for step, way in WAYS.items()
        if way.side == side and case.state in way.begins
        and not (asked and step in _MOVES_AWAY) and (asked or step not in {"grant", "refuse"})
    ]  # fmt: skip


def _wrong(case: Standing, step: Step, to: str) -> Wrong | None:
    if case.state not in WAYS[step].begins:
        return "state"
    if case.asks and step in _MOVES_AWAY:
        return "asks"
    if case.asks is None and step in {"grant", "refuse"}:
        return "asks-nothing"
    if step == "ask-time":
        latest = case.due_on + timedelta(days=load_terms().most_more_days)
        return None if case.due_on < date.fromisoformat(to) <= latest else "due"
    return "same-office" if step in {"ask-hand-over", "assign"} and to == case.office else None


def _after(case: Standing, step: Step, to: str) -> Standing:
    if step in _ASKING:
        return replace(case, asks=Asked(step, to))
    if step in {"grant", "refuse"}:
        return _granted(case) if step == "grant" else replace(case, asks=None)
    if step == "assign":
        return _handed_over(case, to)
    if step in FINAL:
        outcome = "false-alarm" if step == "dismiss" else to
        return replace(case, state="closed", outcome=msgspec.convert(outcome, Outcome))
    state = WAYS[step].ends or case.state
    if step == "accept" and case.was_confirmed:  # by the office it was with before
        state = "confirmed"
    return replace(case, state=state, was_confirmed=case.was_confirmed or state == "confirmed")


def _granted(case: Standing) -> Standing:
    asked, decided = case.asks, replace(case, asks=None)
    if asked is not None and asked.step == "ask-time":
        return replace(decided, due_on=date.fromisoformat(asked.to))
    return _handed_over(decided, asked.to) if asked is not None and asked.step == "ask-hand-over" else decided


def _handed_over(case: Standing, office: str) -> Standing:
    return replace(case, office=office, state="opened")
