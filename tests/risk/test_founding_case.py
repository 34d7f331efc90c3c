"""The founding case, from records that agencies delivered: exactly its eight points, and nothing of a firm without."""

from sqlalchemy import text

from gateway.risk.reading import read_risks, read_risks_of
from gateway.runtime.actor import Actor
from tests.enterprises import uscc
from tests.risk.founding import LENDER, POINTS, SOUND, judged
from tests.scores.scanning import rows

AUDITOR = Actor("auditor-1", "auditor")


async def of(town, number):
    async with town.gateway.units.begin("test.risks", AUDITOR) as work:
        return (await read_risks_of(work, uscc(number)))[1].risks


async def test_it_is_found_by_exactly_its_eight_points(town):
    [risk] = await of(town, LENDER)
    assert {found.point.id for found in risk.points} == POINTS
    assert (risk.kind.id, risk.level, risk.score) == ("mass-involving", "restriction", 95)
    says = {said.zh for found in risk.points for said in found.says}
    assert {"近2年负面舆情52条", "承诺年化收益率20%", "平台延期兑付"} <= says


async def test_who_runs_a_sound_platform_is_not(town):
    assert await of(town, SOUND) == []
    async with town.gateway.units.begin("test.risks", AUDITOR) as work:
        found = await read_risks(work)
    assert [one.subject.uscc for one in found.risks] == [uscc(LENDER)]
    assert (found.day.restriction, found.day.notice, found.day.opened) == (1, 0, 1)


async def test_judged_again_on_the_same_day_it_is_the_same_and_written_once(town):
    [before] = await rows(town.gateway, "SELECT digest, subjects FROM risk_day")
    again = await judged(town)
    assert (again.digest, again.subjects) == (before.digest, before.subjects)
    assert (again.opened, again.raised, again.ended) == (1, 0, 0)  # what the day had before
    assert len(await rows(town.gateway, "SELECT FROM risk_standing")) == 1
    assert len(await rows(town.gateway, "SELECT FROM audit_event WHERE type = 'risk.judged'")) >= 2


async def test_what_ended_is_closed_once_it_has_cooled_down_and_any_day_can_be_read(town):
    async with town.gateway.units.begin("test.earlier", AUDITOR, role="owner") as work:
        await work.session.execute(
            text("UPDATE risk_standing SET holds_from = holds_from - 30, seen_on = seen_on - 30, level = 'notice'")
        )
    raised = await judged(town)
    assert (raised.raised, raised.opened) == (1, 1)
    [now, before] = await of(town, LENDER)
    assert (now.level, now.before_level, now.holds_to) == ("restriction", "notice", None)
    assert (before.level, before.holds_to) == ("notice", now.holds_from)
