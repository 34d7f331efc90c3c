"""The pages of risks: whom to look at first and why, in both languages, for overseers alone."""

import pytest

from tests.enterprises import uscc
from tests.risk.founding import LENDER, SOUND
from tests.scores.scanning import rows
from tests.visits import visited


async def test_a_regulator_sees_who_is_at_risk_and_by_what(town):
    status, shown = await visited(town, "reg", "/console/risks")
    assert (status, uscc(LENDER) in shown, uscc(SOUND) in shown) == (200, True, False)
    assert all(said in shown for said in ("涉众型金融风险", "限制", "延期兑付", "承诺高收益"))
    assert len(await rows(town.gateway, "SELECT FROM audit_event WHERE type = 'risk.read'")) == 1


@pytest.mark.parametrize(
    ("asked", "there"), [("type=distress", False), ("level=restriction", True), ("changed=today", True)]
)
async def test_the_list_is_narrowed(town, asked, there):
    _, shown = await visited(town, f"reg-{asked.partition('=')[0]}", f"/console/risks?{asked}")
    assert (uscc(LENDER) in shown) == there


async def test_an_enterprise_s_points_say_why(town):
    status, shown = await visited(town, "reg-2", f"/console/subjects/{uscc(LENDER)}/risks")
    assert (status, "近2年负面舆情52条" in shown, "承诺年化收益率20%" in shown) == (200, True, True)
    assert "等级只表示应当核查" in shown
    assert "目前不在任何等级" in (await visited(town, "reg-3", f"/console/subjects/{uscc(SOUND)}/risks"))[1]


async def test_of_one_that_is_not_known_there_is_no_page(town):
    assert (await visited(town, "reg-4", f"/console/subjects/{uscc(999)}/risks"))[0] == 404


@pytest.mark.parametrize("role", ["operator", "system"])
async def test_those_who_run_the_instance_do_not_see_them(town, role):
    for path in ("/console/risks", f"/console/subjects/{uscc(LENDER)}/risks"):
        assert (await visited(town, f"{role}-1", path, role))[0] == 403
