"""Who is missing from the next list holds nothing from that day on; as of a day before, they still do."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from connectors.model.calendar import day_of
from gateway.runtime.actor import PROGRAM
from tests.enterprises import uscc
from tests.network.holding import HOLDERS, LEADERS, ask, deliver, held, read_anew
from tests.scores.scanning import rows

NOW = datetime.now(UTC)
WHO = {"甲": ("甲某", "P-1"), "乙": ("乙某", "P-2"), "丙": ("丙某", "P-3")}
LISTS = {9: {"甲": "60", "乙": "30", "丙": "10"}, 6: {"甲": "80", "丙": "20"}, 3: {"甲": "80", "乙": "20"}}  # days ago
ASKED = {9: "60 30 10", 7: "60 30 10", 6: "80 20", 4: "80 20", 3: "80 20", 0: "80 20"}


async def test_of_any_day_the_shares_are_those_of_the_list_of_then(gateway, tmp_path, monkeypatch):
    for ago, named in LISTS.items():
        listed = [held(100, WHO[who], share, since="2020-01-01") for who, share in named.items()]
        moment = NOW - timedelta(days=ago)
        await deliver(gateway, tmp_path, "shareholder_contrib", HOLDERS, listed, moment, monkeypatch)
        await read_anew(gateway)
    for ago, expected in ASKED.items():
        told = await ask(gateway, 100, day_of(NOW - timedelta(days=ago)))
        found = sorted((row["share"] for row in told["holders"]), reverse=True)
        assert found == [int(share) * 10_000 for share in expected.split()], ago
    asked = {ago: await ask(gateway, 100, day_of(NOW - timedelta(days=ago))) for ago in (0, 5)}
    today, then = ({row["id"] for row in told["holders"]} for told in asked.values())
    assert len(today & then) == 1
    assert (await ask(gateway, 100, datetime(2019, 12, 31, tzinfo=UTC).date()))["holders"] == []
    assert len((await ask(gateway, 100, datetime(2020, 1, 1, tzinfo=UTC).date()))["holders"]) == 3


async def test_who_leads_until_a_day_leads_on_it_and_not_on_the_next(gateway, tmp_path):
    row = ("某厂", uscc(101), "P-7", "丁某", "经理", "2020-01-02", "2021-06-30")
    await deliver(gateway, tmp_path, "ent_legal_rep", LEADERS, [row])
    await read_anew(gateway)
    leading = {
        day: len((await ask(gateway, 101, datetime.fromisoformat(day).date()))["edges"])
        for day in ("2020-01-01", "2020-01-02", "2021-06-30", "2021-07-01")
    }
    assert list(leading.values()) == [0, 1, 1, 0]


async def test_what_is_read_anew_replaces_what_was(gateway, tmp_path):
    rows_of = [held(102, WHO["甲"], "60"), held(102, WHO["乙"], "40")]
    await deliver(gateway, tmp_path, "shareholder_contrib", HOLDERS, rows_of)
    await read_anew(gateway)
    [(before,)] = await rows(gateway, "SELECT count(*) FROM network_edge")
    async with gateway.units.begin("test.mark", PROGRAM) as work:
        await work.session.execute(text("INSERT INTO network_due (subject, mark) SELECT number, number FROM subject"))
    await read_anew(gateway)
    assert await rows(gateway, "SELECT count(*) FROM network_edge") == [(before,)]
    assert await rows(gateway, "SELECT count(*) FROM network_due") == [(0,)]
