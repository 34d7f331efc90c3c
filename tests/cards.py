"""Scorecards for tests: the shipped one with other points, reports of them, and releases that are in force at once."""

from datetime import timedelta
from weakref import WeakKeyDictionary

import msgspec
import orjson

from gateway.cards import in_force, releasing
from scoring_adapter.card import load_card, read_card, write_card
from tests.actors import OPERATOR

WHY = "按近年样本重新拟合"


def source_of(version, **changes):
    """Return the text of the shipped card as another version of it."""
    return write_card(msgspec.structs.replace(load_card(), version=version, **changes))


def report_of(source, **changes):
    """Return what validate told of a card."""
    bands = [{"band": band.id, "rows": 100, "bad": at, "rate": at / 100} for at, band in enumerate(load_card().bands)]
    told = {"model": read_card(source).model(), "rows": 400, "bad": 6, "auc": 0.81, "ks": 0.44, "bands": bands,
            "bands_in_order": True}  # fmt: skip
    return orjson.dumps({name: value for name, value in (told | changes).items() if value is not None}).decode()


def at_once(monkeypatch):
    """Have releases be in force, and read, as soon as they are written."""
    monkeypatch.setattr(releasing, "LEAD", timedelta(0))
    monkeypatch.setattr(in_force, "KEPT_SECONDS", -1.0)
    monkeypatch.setattr(in_force, "_READ", WeakKeyDictionary())


async def released(gateway, source, actor=OPERATOR):
    """Put a card in force, as if another person had approved it."""
    async with gateway.units.begin("test.release", actor) as work:
        return (await releasing.release_card(work, source, report_of(source), WHY, "second")).number


async def returned(gateway, number, actor=OPERATOR):
    """Put an earlier one in force again."""
    async with gateway.units.begin("test.return", actor) as work:
        return (await releasing.return_to(work, number, WHY, "second")).number
