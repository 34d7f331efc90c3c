"""Who may read the analysis and ask for a trial: overseers alone, in each use case, whatever the door."""

from uuid import UUID

import pytest

from gateway.risk_analysis.behind import read_behind
from gateway.risk_analysis.chosen import Chosen
from gateway.risk_analysis.funnel import read_funnel
from gateway.risk_analysis.lead import read_leads
from gateway.risk_analysis.left_open import read_left_open
from gateway.risk_analysis.period import MOST_DAYS, period_of
from gateway.risk_analysis.trials import ask_trial, find_trial, list_trials, read_trial
from gateway.risk_analysis.wall import read_wall, take_wall
from gateway.runtime.actor import Actor
from gateway.runtime.clock import now
from gateway.runtime.denial import DeniedError
from tests.enterprises import uscc
from tests.risk.founding import LENDER
from tests.scores.scanning import rows
from tests.stories import slug

NOBODY = ["account", "agency", "signatory", "platform", "operator", "system", "person", "office", "program"]
NO_TRIAL = UUID("01a21e54-bfd6-7267-83b0-32d5723f6e21")
PATHS = [
    "risk-funnel",
    "risk-funnel/enterprises",
    "risk-lead",
    "risk-open-points",
    "risk-trials",
    f"risk-trials/{NO_TRIAL}",
]


def reads(work):
    chosen = Chosen(period_of(None, None, now()))
    return [
        read_funnel(work, chosen, "division"), read_behind(work, chosen, "suspect"),
        read_leads(work, chosen.period, "notice"), read_left_open(work), read_wall(work), take_wall(work),
        list_trials(work), find_trial(work, NO_TRIAL), read_trial(work, NO_TRIAL), ask_trial(work, "- 1"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", NOBODY)
async def test_nobody_else_reads_it_or_asks(town, kind):
    async with town.gateway.units.begin("test.analysis", Actor("somebody", kind, subject=uscc(LENDER))) as work:
        for read in reads(work):
            with pytest.raises(DeniedError, match="Regulators and auditors alone"):
                await read


@pytest.mark.parametrize("path", PATHS)
async def test_a_bank_with_a_consent_and_the_enterprise_itself_learn_nothing(town, path):
    await town.account("bank-1", "bank")
    await town.consent("bank-1", LENDER)
    for who in ("bank-1", f"s-{LENDER}"):
        answer = await town.client.get(f"/v1/{path}", headers=await town.headers(who))
        assert (answer.status_code, slug(answer)) == (403, "insufficient-scope"), who


@pytest.mark.parametrize("path", PATHS[:4])
async def test_an_auditor_reads_it_and_the_log_says_so(town, path):
    before = len(await rows(town.gateway, "SELECT FROM audit_event WHERE type = 'risk.read'"))
    answer = await town.client.get(f"/v1/{path}", headers=await town.headers("auditor-1"))
    assert answer.status_code == 200
    assert len(await rows(town.gateway, "SELECT FROM audit_event WHERE type = 'risk.read'")) == before + 1


@pytest.mark.parametrize(("days", "right"), [(-1, False), (0, True), (MOST_DAYS, True), (MOST_DAYS + 1, False)])
def test_a_period_has_an_end_after_its_beginning_and_so_many_days(days, right):
    from datetime import date, timedelta

    first = date(2016, 1, 1)
    try:
        assert period_of(first, first + timedelta(days=days), now()).first == first
        taken = True
    except DeniedError:
        taken = False
    assert taken == right
