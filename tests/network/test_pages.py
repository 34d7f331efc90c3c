"""The page of a network: who sees it, what stands on it, and that one can walk from it to the next."""

from datetime import date

import pytest

from gateway.network.drawing import A_ROW, MOST, draw
from gateway.network.pages import percent
from gateway.network.walks import WalkedEdge
from tests.enterprises import uscc
from tests.network.holding import HOLDERS, deliver, firm, held, read_anew, register
from tests.persons import signed_in
from tests.scores.scanning import rows
from tests.visits import client_of

HTML = {"Accept": "text/html"}
READ = "SELECT FROM audit_event WHERE type = 'network.read'"


@pytest.fixture(scope="module", autouse=True)
async def listed(gateway, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lists")
    lines = [held(400, 401, "60"), held(400, ("郑某", "P-8"), "40"), held(401, ("郑某", "P-8"), "100")]
    await deliver(gateway, folder, "shareholder_contrib", HOLDERS, lines)
    for number in (400, 401):
        await register(gateway, folder, number)
    await read_anew(gateway)


async def page(gateway, role, path):
    async with client_of(gateway) as browser:
        more = {"enterprise": uscc(400)} if role == "owner" else {}
        await signed_in(gateway, browser, f"{role}-net", role, **more)
        answer = await browser.get(path, headers=HTML)
    return answer.status_code, answer.text


async def test_overseers_see_who_holds_and_controls_and_that_is_recorded(gateway):
    before = len(await rows(gateway, READ))
    status, shown = await page(gateway, "regulator", f"/console/subjects/{uscc(400)}/network")
    assert (status, firm(401) in shown, "郑" in shown) == (200, True, False)
    assert shown.count("100%") >= 2  # of the person in the other, and by both ways together in this one
    assert "<svg" in shown
    assert f'href="/console/subjects/{uscc(401)}/network"' in shown
    assert len(await rows(gateway, READ)) == before + 1


async def test_as_of_an_earlier_day_the_page_and_its_links_stay_on_that_day(gateway):
    status, shown = await page(gateway, "auditor", f"/console/subjects/{uscc(400)}/network?day=2020-06-01")
    assert (status, f'href="/console/subjects/{uscc(401)}/network?day=2020-06-01"' in shown) == (200, True)
    status, shown = await page(gateway, "auditor", f"/console/subjects/{uscc(400)}/network?day=2019-06-01")
    assert (status, firm(401) in shown, 'class="network"' in shown) == (
        200,
        True,
        False,
    )


async def test_an_unknown_enterprise_has_no_page_and_its_own_people_do_not_see_it(gateway):
    assert (await page(gateway, "auditor", f"/console/subjects/{uscc(999)}/network"))[0] == 404
    assert (await page(gateway, "owner", f"/console/subjects/{uscc(400)}/network"))[0] == 403


def edge(source, target):
    return WalkedEdge("holds", source, target, None, None, date(2020, 1, 1), None)


@pytest.mark.parametrize(("parties", "left_out"), [(MOST - 1, 0), (MOST, 0), (MOST + 1, 1)])
def test_no_more_are_drawn_than_can_be_told_apart(parties, left_out):
    near = {number: min(number, 1) for number in range(parties)}
    drawing = draw(0, near, [edge(number, 0) for number in range(1, parties)])
    assert (len(drawing.boxes), drawing.left_out) == (parties - left_out, left_out)
    assert all(0 <= box.x < drawing.width and 0 <= box.y < drawing.height for box in drawing.boxes)
    rows_of = [box.y for box in drawing.boxes]
    assert max(map(rows_of.count, rows_of)) == A_ROW
    assert len({(box.x, box.y) for box in drawing.boxes}) == len(drawing.boxes)


def test_who_holds_stands_above_and_what_is_held_below():
    near = {1: 0, 2: 1, 3: 1, 4: 2}
    drawing = draw(1, near, [edge(2, 1), edge(1, 3), edge(2, 4)])
    at = {box.party: box.y for box in drawing.boxes}
    assert at[2] < at[1] == at[4] < at[3]


@pytest.mark.parametrize(
    ("share", "told"), [(1_000_000, "100%"), (333_333, "33.3333%"), (500_000, "50%"), (1, "0.0001%"), (0, "0%")]
)
def test_a_share_is_told_in_all_of_its_places(share, told):
    assert percent(share) == told
