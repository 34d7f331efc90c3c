"""Sources in turn: one worker at a time, none starved, faults backed off from, and what an operator does to them."""

import asyncio
import json
import re
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest
from sqlalchemy import text

from connectors.errors import ConnectorError
from connectors.sources import registry
from connectors.sources.protocol import Dropped, rows_slice
from gateway.runtime.errors import GatewayError
from gateway.sources import pulls as sources
from tests.enterprises import uscc
from tests.identities import login, register
from tests.persons import signed_in
from tests.submissions import add_source, change_source, pull_due
from tests.town import instance


class CountingConfig(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    slices: int
    first: int


class Counting:
    """A source of one row a slice, that can be told to fail or to wait."""

    Config = CountingConfig
    faults: ClassVar[dict] = {}
    reads: ClassVar[list] = []
    drops: ClassVar[dict] = {}
    before = staticmethod(lambda _name: None)

    def __init__(self, config):
        self._config = config

    def check(self):
        pass

    def discover(self):
        return []

    def dropped(self):
        return self.drops.get(self._config.name)

    def read(self, after):
        name, number = self._config.name, int(after or 0)
        Counting.reads.append((name, number))
        Counting.before(name)
        if fault := Counting.faults.get(name):
            raise fault
        if number == self._config.slices:
            return None
        row = [f"{name}公司{number}", uscc(self._config.first + number)]
        return rows_slice("rows", ["企业名称", "统一社会信用代码"], [row], str(number + 1))


@pytest.fixture(autouse=True)
def counting(monkeypatch):
    find = registry.find_type
    monkeypatch.setattr(registry, "find_type", lambda name: Counting if name == "counting" else find(name))
    monkeypatch.setattr(Counting, "faults", {})
    monkeypatch.setattr(Counting, "reads", [])
    monkeypatch.setattr(Counting, "drops", {})
    monkeypatch.setattr(Counting, "before", staticmethod(lambda _name: None))


@pytest.fixture
async def add(gateway):
    added = []

    async def adding(name, slices, first, connector="counting", **config):
        added.append(name)
        await add_source(
            gateway, source_id=name, dataset="ent_registration", connector=connector,
            config=config or {"name": name, "slices": slices, "first": first}, every_seconds=3600,
        )  # fmt: skip

    yield adding
    async with gateway.database.begin("test.end") as session:
        await session.execute(text("UPDATE source SET status = 'paused' WHERE source_id = ANY(:n)"), {"n": added})


async def state(gateway, name, columns="status, faults, last_fault, watermark, refusals, last_refusal"):
    async with gateway.database.begin("test.state") as session:
        query = text(f"SELECT {columns} FROM source WHERE source_id = :s")
        return (await session.execute(query, {"s": name})).one()


async def drain(gateway):
    while await pull_due(gateway):
        pass


async def test_a_large_source_does_not_starve_the_others(gateway, add):
    await add("large", 6, 400)
    await add("small", 2, 420)
    await drain(gateway)
    order = [name for name, _ in Counting.reads]
    assert order[:6] == ["large", "small", "large", "small", "large", "small"]
    assert sorted(order) == ["large"] * 7 + ["small"] * 3


async def test_workers_at_once_read_each_slice_once(gateway, add):
    for number in range(4):
        await add(f"many-{number}", 5, 430 + 10 * number)
    await asyncio.gather(*(drain(gateway) for _ in range(4)))
    while len(Counting.reads) < 24:  # a drain that saw nothing due has ended before the rest was given back
        await drain(gateway)
    assert sorted(Counting.reads) == sorted((f"many-{n}", at) for n in range(4) for at in range(6))


async def test_faults_are_backed_off_from_longer_and_longer_and_shown(gateway, add):
    await add("faulty", 1, 480)
    Counting.faults["faulty"] = ConnectorError("对方停机 the other side is down")
    pauses = []
    for _ in range(8):
        async with gateway.database.begin("test.due") as session:
            await session.execute(text("UPDATE source SET due_at = now() WHERE source_id = 'faulty'"))
        await drain(gateway)
        pauses.append((await state(gateway, "faulty", "round(extract(epoch FROM due_at - now()) / 60)::int"))[0])
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert (await state(gateway, "faulty"))[1:3] == (8, "对方停机 the other side is down")
    Counting.faults.clear()
    await change_source(gateway, source_id="faulty", act="resume")
    await drain(gateway)
    assert (await state(gateway, "faulty"))[:4] == ("active", 0, None, "1")


async def test_rows_that_are_passed_over_are_counted_since_the_first_and_shown(gateway, client, add):
    """With each slice and with each read that finds nothing; not with one that fails, which is read again."""
    columns = "dropped, last_drop, dropped_since"
    await add("dropping", 2, 540)
    await drain(gateway)
    assert await state(gateway, "dropping", columns) == (0, None, None)
    Counting.drops["dropping"] = Dropped(3, "太旧 too old")
    await change_source(gateway, source_id="dropping", act="resume")
    await drain(gateway)
    dropped, why, since = await state(gateway, "dropping", columns)
    assert (dropped, why) == (3, "太旧 too old")
    Counting.faults["dropping"] = ConnectorError("对方停机 the other side is down")
    await change_source(gateway, source_id="dropping", act="resume")
    await drain(gateway)
    Counting.faults.clear()
    assert await state(gateway, "dropping", columns) == (3, why, since)
    key = await register(gateway, "sys-1", "system")
    headers = await login(client, key, "sys-1", gateway.settings.issuer)
    found = (await client.get("/v1/sources", headers=headers)).json()["sources"]
    [told] = [one for one in found if one["source"] == "dropping"]
    assert (told["dropped"], told["last_drop"], told["dropped_since"]) == (3, why, since.isoformat())
    await signed_in(gateway, client, "boss-drops", "system")
    page = re.sub(r"<[^>]+>|\s", "", (await client.get("/console/sources/dropping")).text)
    assert "略过的行3" in page, page
    assert "太旧" in page
    await change_source(gateway, source_id="dropping", act="reset-watermark")
    assert await state(gateway, "dropping", columns) == (0, None, None)
    await drain(gateway)
    assert (await state(gateway, "dropping", columns))[0] == 9  # two slices, and the read that found nothing


async def test_a_connector_that_raises_anything_ends_no_worker(gateway, add):
    await add("broken", 1, 481)
    await add("sound", 1, 482)
    Counting.faults["broken"] = KeyError("王五")
    await drain(gateway)
    assert (await state(gateway, "broken"))[2] == "连接器故障 the connector failed: KeyError"
    assert (await state(gateway, "sound"))[3] == "1"


async def test_a_file_that_cannot_be_used_is_passed_over_and_shown(gateway, add, tmp_path):
    (tmp_path / "1.csv").write_bytes(b"\xff\x00\xff")
    (tmp_path / "2.csv").write_text(f"企业名称,统一社会信用代码\n丑公司,{uscc(490)}\n")
    await add("drop", 0, 0, "folder", path=str(tmp_path), settle_seconds=0)
    await drain(gateway)
    status, faults, fault, watermark, refusals, refusal = await state(gateway, "drop")
    assert (status, faults, fault, refusals) == ("active", 0, None, 1)
    assert refusal.startswith("1.csv: ")
    assert set(json.loads(watermark)) == {"1.csv", "2.csv"}
    (tmp_path / "1.csv").write_text(f"企业名称,统一社会信用代码\n丑公司,{uscc(491)}\n")  # sent again, corrected
    await change_source(gateway, source_id="drop", act="resume")
    await drain(gateway)
    async with gateway.database.begin("test.batches") as session:
        batches = await session.execute(text("SELECT accepted FROM batch WHERE way = 'drop' ORDER BY batch_id"))
        assert batches.scalars().all() == [1, 1]


async def test_content_that_was_there_before_counts_again_when_it_came_back(gateway, add, tmp_path):
    """甲 corrected to 乙 and back to 甲: the last word is 甲."""
    await add("back", 0, 0, "folder", path=str(tmp_path), settle_seconds=0)
    for name in ("甲", "乙", "甲"):
        (tmp_path / "f.csv").write_text(f"企业名称,统一社会信用代码\n{name}公司,{uscc(495)}\n")
        await change_source(gateway, source_id="back", act="resume")
        await drain(gateway)
    async with gateway.database.begin("test.last") as session:
        query = "SELECT convert_from(canonical, 'UTF8') FROM record WHERE superseded_at IS NULL AND business_key = :k"
        assert "甲公司" in (await session.execute(text(query), {"k": uscc(495)})).scalar_one()


async def test_a_dropped_file_is_streamed_and_our_copy_of_it_is_removed(gateway, add, tmp_path, monkeypatch):
    ours, drop = tmp_path / "ours", tmp_path / "drop"
    ours.mkdir()
    drop.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(ours))
    rows = "".join(f"第{n}公司,{uscc(5000 + n)}\n" for n in range(12_000))
    (drop / "large.csv").write_text("企业名称,统一社会信用代码\n" + rows)
    await add("stream", 0, 0, "folder", path=str(drop), settle_seconds=0)
    await drain(gateway)
    async with gateway.database.begin("test.stream") as session:
        assert (await session.execute(text("SELECT row_count FROM batch WHERE way = 'stream'"))).scalar_one() == 12_000
    assert list(ours.iterdir()) == []


async def test_a_paused_source_is_not_read_and_a_removed_one_keeps_its_history(gateway, add):
    await add("life", 2, 496)
    await change_source(gateway, source_id="life", act="pause")
    await drain(gateway)
    assert Counting.reads == []
    await change_source(gateway, source_id="life", act="resume")
    await drain(gateway)
    await change_source(gateway, source_id="life", act="remove")
    assert (await state(gateway, "life"))[0] == "removed"
    for act in ("pause", "resume", "remove", "reset-watermark"):
        with pytest.raises(GatewayError, match="no source life"):
            await change_source(gateway, source_id="life", act=act)
    with pytest.raises(GatewayError, match="exists already"):
        await add("life", 2, 496)
    async with gateway.database.begin("test.history") as session:
        batches = (await session.execute(text("SELECT count(*) FROM batch WHERE way = 'life'"))).scalar_one()
        leaves = (await session.execute(text("SELECT leaf FROM audit_event ORDER BY event_id"))).scalars().all()
        await session.execute(text("UPDATE source SET status = 'removed' WHERE source_id = 'life'"))
    assert batches == 2
    kinds = [json.loads(leaf)["type"] for leaf in leaves]
    own = [kind for kind in kinds if kind.startswith("source.")]
    assert own[-4:] == ["source.added", "source.paused", "source.resumed", "source.removed"]


async def test_a_source_that_is_reset_is_read_again_and_nothing_is_stored_twice(gateway, add):
    await add("again", 2, 510)
    await drain(gateway)
    await change_source(gateway, source_id="again", act="reset-watermark")
    assert (await state(gateway, "again"))[3] is None
    await drain(gateway)
    async with gateway.database.begin("test.again") as session:
        query = text("SELECT count(*) FROM record WHERE business_key = ANY(:k)")
        assert (await session.execute(query, {"k": [uscc(510), uscc(511)]})).scalar_one() == 2


async def test_a_worker_whose_source_was_reset_meanwhile_keeps_nothing_of_its_slice(gateway, add, monkeypatch):
    await add("lost", 2, 520)
    await pull_due(gateway)
    loop = asyncio.get_running_loop()

    def reset(_name):
        Counting.before = staticmethod(lambda _n: None)
        change = change_source(gateway, source_id="lost", act="reset-watermark")
        asyncio.run_coroutine_threadsafe(change, loop).result(30)

    monkeypatch.setattr(Counting, "before", staticmethod(reset))
    await pull_due(gateway)  # read from 1, but the watermark is None by now
    assert (await state(gateway, "lost"))[3] is None
    async with gateway.database.begin("test.lost") as session:
        query = text("SELECT count(*) FROM record WHERE business_key = :k")
        assert (await session.execute(query, {"k": uscc(521)})).scalar_one() == 0
    await drain(gateway)
    assert (await state(gateway, "lost"))[3] == "2"


def test_the_interval_bounds_the_pause_from_above_only_where_it_is_long():
    claimed = sources.Claimed("s", "d", "c", {}, None, 10, 5)
    assert sources._back_off(claimed) == sources.RETRY_SECONDS


@pytest.mark.slow
def test_an_operator_does_it_all_from_the_command_line(socket_folder, tmp_path):
    drop, config = tmp_path / "drop", tmp_path / "config.yaml"
    drop.mkdir()
    (drop / "a.csv").write_text(f"企业名称,统一社会信用代码\n寅公司,{uscc(530)}\n")
    config.write_text(f"path: {drop}\nsettle_seconds: 0\n")
    with instance(socket_folder, tmp_path, "gateway") as made:
        shown = made.cli("source", "connectors")
        assert {"folder", "sftp", "s3", "database", "rest", "provincial", "exchange"} <= set(words(shown))
        assert "drop-folder" in words(made.cli("source", "connectors", "--json"))
        assert "a.csv" in str(made.cli("source", "check", "--connector", "folder", "--config", str(config)))
        made.cli(
            "source", "add", "s", "--dataset", "ent_registration", "--connector", "folder", "--config", str(config)
        )  # fmt: skip
        for act in ("suspend", "resume", "reset-watermark", "remove"):
            made.cli("source", act, "s", *(["--yes"] if act == "remove" else []))
        assert "removed" in str(made.cli("source", "list"))
        assert Path(drop / "a.csv").exists()


def words(shown):
    return str(shown).replace('"', " ").replace("'", " ").split()
