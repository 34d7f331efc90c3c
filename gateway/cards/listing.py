"""Releases as interface, page and command tell of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from gateway.cards.releasing import get_release, list_releases, shipped
from gateway.cards.tables import CardRelease
from gateway.runtime.clock import database_now
from gateway.runtime.work import UnitOfWork
from scoring_adapter.card import load_card, write_card

STATES = ("in-force", "coming", "former")
FIGURES = ("rows", "bad", "auc", "ks", "calibration_error", "psi", "bands_in_order")


async def list_cards(work: UnitOfWork) -> list[dict[str, Any]]:
    """Return every release, the newest first, down to the card that was shipped."""
    rows = await list_releases(work)
    now, first = await database_now(work.session), shipped()
    states = states_of([*((one.number, one.in_force_from) for one in rows), (0, None)], now)
    last = {"number": 0, "model": first.model, "digest": first.digest, "state": states[0]}
    return [*(_told(one, states[one.number]) for one in rows), {**last, "since": None, "reason": None, "entry": None}]


async def show_card(work: UnitOfWork, number: int) -> dict[str, Any]:
    """Return one release with the card itself; with the report it was tried with, for those who run the instance.

    Raises DeniedError where there is none.
    """
    tried = await get_release(work, number)
    told = next(one for one in await list_cards(work) if one["number"] == number)
    if work.actor.kind in {"operator", "auditor", "machine"}:
        told["report"] = orjson.loads(tried.report) if tried.report else None
    return {**told, "card": tried.source or write_card(load_card())}


def states_of(releases: Sequence[tuple[int, datetime | None]], now: datetime) -> dict[int, str]:
    """Return how each release stands, of numbers and moments with the newest first. Pure."""
    begun = [number for number, since in releases if since is None or since <= now]
    return {
        number: "coming" if number not in begun else "in-force" if number == begun[0] else "former"
        for number, _ in releases
    }


def _told(row: CardRelease, state: str) -> dict[str, Any]:
    return {
        "number": row.number, "model": row.model, "digest": row.digest, "state": state,
        "since": row.in_force_from.isoformat(), "reason": row.reason, "entry": str(row.event_id),
    }  # fmt: skip


def figures_of(report: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the figures of a report that people look at first, those it has. Pure."""
    told = report or {}
    return {name: str(told[name]) for name in FIGURES if told.get(name) is not None}
