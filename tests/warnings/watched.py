"""Enterprises that stand where a test has them stand, as if they had been judged so; and what banks are told of it."""

from itertools import count
from uuid import uuid4

from sqlalchemy import text

from connectors.model.calendar import day_of
from connectors.store.numbers import find_number
from connectors.store.subjects import find_subject
from gateway.risk.standing import Changes, Found, write
from gateway.risk.tables import RiskDay
from gateway.warnings.telling import tell_warnings
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.stories import registration

FIRM = 701
# What each level rests on: open records alone; and one that rests on restricted records, too.
_HELD = {"dishonest": [(0, 1)], "tax-arrears": [(0, 1_000_000)], "abnormal": [(0, 1)]}
OPEN, HIDDEN = Found("notice", 30, {"dishonest": [(0, 1)]}), Found("restriction", 100, {"bad-loans": [(0, 1)]})
founded = registration
_ENTRIES = count(1)


async def stands(story, number, found, kind="distress", before=None):
    """Have an enterprise stand at a level of a type of risk (None: at none), as of today."""
    async with story.gateway.units.begin("test.risk", OPERATOR) as work:
        subject = await find_subject(work.session, "uscc", uscc(number))
        key = (await find_number(work.session, subject.subject_id), kind)
        day = day_of(work.now)
        if found is None:
            await work.session.execute(
                text("DELETE FROM risk_standing WHERE subject = :subject AND type = :kind"),
                {"subject": key[0], "kind": kind},
            )
        else:
            await write(work.session, Changes([], {key: (found, before)}), day, 1)
        await work.session.merge(
            RiskDay(
                as_of=day, judged_at=work.now, version=1, watch="00" * 32, subjects=1, budget=1, notice=0, warning=0,
                restriction=0, opened=0, raised=0, lowered=0, ended=0, digest=bytes(32), event_id=uuid4(),
            )
        )  # fmt: skip


async def permit(story, number=FIRM, account="bank-1", **changes):
    """Have a firm consent to warnings."""
    return await story.consent(account, number, **{"products": ["risk_watch"], "purpose": "post_loan", **changes})


async def subscribe(story, *numbers, account="bank-1", **more):
    body = {"subjects": [uscc(number) for number in numbers or (FIRM,)], **more}
    answer = await story.client.post("/v1/warning-subscriptions", json=body, headers=await story.headers(account))
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def told(story):
    """Have the worker tell what is due."""
    while await tell_warnings(story.gateway.units):
        pass


async def get(story, path, account="bank-1"):
    return await story.client.get(path, headers=await story.headers(account))


async def post(story, path, account="bank-1", body=None):
    return await story.client.post(path, json=body, headers=await story.headers(account))
