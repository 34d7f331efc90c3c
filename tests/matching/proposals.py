"""Proposals for tests: records with a name alone, a register, and what a comparison would have found."""

from contextlib import contextmanager
from itertools import count

from sqlalchemy import text

from connectors.matching.proposing import Candidate, Compared
from gateway.matching import comparing
from gateway.matching.comparing import run_comparison
from gateway.runtime.actor import Actor
from tests.actors import MACHINE
from tests.records.penalties import penalties, penalty
from tests.stories import registration

NUMBERS = count(7100)
LEVELS = {"brand": "same", "trade": "same", "place": "same", "form": "other", "district": ""}
CLERK = Actor("drc", "agency", person="person:clerk-1")
SECOND = Actor("drc", "agency", person="person:clerk-2")
STRANGER = Actor("tax", "agency", person="person:clerk-3")


def nameless(number, name, document, **more):
    """Return a penalty that gives its party a name alone."""
    return penalty(number, document, 行政相对人名称=name, 统一社会信用代码="", **more)


@contextmanager
def finding(monkeypatch, weight=5.0):
    """Have a comparison find, for each name, every enterprise whose name ends alike."""

    def compare(wanted, register, _python=""):
        found = [
            Candidate(one.id, other.id, weight, LEVELS)
            for one in wanted for other in register if one.name[-9:] == other.name[-9:]
        ]  # fmt: skip
        return Compared(found, "d" * 64, {"splink": "5.0.0"})

    with monkeypatch.context() as patched:
        patched.setattr(comparing, "compare", compare)
        yield


async def compared(gateway, monkeypatch, weight=5.0):
    with finding(monkeypatch, weight):
        return await run_comparison(gateway.units, gateway.protector, MACHINE)


async def propose(story, monkeypatch, agencies=("drc",)):
    """Have a record of a name alone and its enterprise; return number, name, document and the proposals' ids."""
    number = next(NUMBERS)
    name, document = f"宏达第{number}鞋业有限公司", f"M{number}"
    await story.push("market_regulation", "ent_registration", registration(number, 企业名称=f"温州市{name}"))
    await story.push("drc", "penalty_general", penalties(nameless(number, name, document)))
    await compared(story.gateway, monkeypatch)
    return number, name, document, await open_ids(story.gateway, number)


async def open_ids(gateway, number):
    rows = await rows_of(
        gateway, "SELECT p.proposal_id FROM match_proposal p JOIN subject s USING (subject_id) "
        "WHERE s.name LIKE :name AND p.status = 'open' ORDER BY p.proposal_id", name=f"%第{number}鞋业%",
    )  # fmt: skip
    return [row.proposal_id for row in rows]


async def rows_of(gateway, query, **values):
    async with gateway.database.begin("test.rows") as session:
        return (await session.execute(text(query), values)).all()
