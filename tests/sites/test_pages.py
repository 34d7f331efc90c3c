"""The pages of platforms: which stand out and by what, in both languages, for overseers alone."""

import pytest

from tests.enterprises import uscc
from tests.persons import signed_in
from tests.scores.scanning import rows
from tests.sites.platforms import FAR, INSIDE
from tests.visits import HTML, client_of, visited


async def test_a_regulator_sees_which_platforms_stand_out(town):
    status, shown = await visited(town, "reg", "/console/sites")
    assert (status, "甲财富" in shown, "流量突增" in shown, "流量断供" in shown) == (200, True, True, True)
    assert "1 个平台编号没有网址" in shown
    assert f"{FAR}（市外）" in shown
    assert len(await rows(town.gateway, "SELECT FROM audit_event WHERE type = 'site.read'")) == 1


@pytest.mark.parametrize(
    ("asked", "there"),
    [("finding=spike", True), ("finding=fall", False), ("series=opinion", False), ("place=inside", True),
     ("place=outside", False), ("changed=today", True)],
)  # fmt: skip
async def test_the_list_is_narrowed(town, asked, there):
    _, shown = await visited(town, f"reg-{asked.replace('=', '-')}", f"/console/sites?{asked}")
    assert ("甲财富" in shown) == there


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_the_list_can_be_had_as_a_file(town, form):
    async with client_of(town.gateway) as browser:
        await signed_in(town.gateway, browser, f"reg-{form}", "regulator")
        answer = await browser.get(f"/console/sites?export={form}", headers=HTML)
    assert answer.status_code == 200
    assert form == "xlsx" or "甲财富" in answer.text


async def test_one_platform_is_shown_with_its_band_and_its_firms(town):
    status, shown = await visited(town, "reg-2", "/console/sites/spike.example")
    assert (status, "上限" in shown, "9,000" in shown, "正常运营" in shown) == (200, True, True, True)
    assert f"/console/subjects/{uscc(INSIDE)}/risks" in shown


async def test_the_firm_s_page_of_risks_names_its_platform(town):
    status, shown = await visited(town, "reg-3", f"/console/subjects/{uscc(INSIDE)}/risks")
    assert (status, "/console/sites/spike.example" in shown, "流量突增" in shown) == (200, True, True)


async def test_of_one_that_is_not_known_there_is_no_page(town):
    assert (await visited(town, "reg-4", "/console/sites/nobody.example"))[0] == 404


@pytest.mark.parametrize("role", ["operator", "system"])
async def test_those_who_run_the_instance_do_not_see_them(town, role):
    for path in ("/console/sites", "/console/sites/spike.example"):
        assert (await visited(town, f"{role}-1", path, role))[0] == 403
