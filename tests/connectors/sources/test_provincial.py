"""The provincial gateway: one request secret for all processes, though every new one ends the one before."""

import asyncio
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from connectors.errors import ConnectorError
from connectors.sources.contract import content
from connectors.sources.registry import open_connector
from gateway.sources import secrets as source_secrets
from gateway.sources.secrets import SourceSecrets
from tests.connectors.sources import provincial_server
from tests.enterprises import uscc
from tests.processes import wait_until
from tests.submissions import add_source, pull_due
from tests.town import instance


async def in_thread(gateway, province, act, **more):
    secrets = SourceSecrets(gateway.units)
    return await asyncio.to_thread(
        lambda: act(open_connector("provincial", provincial_server.config(province, **more), secrets))
    )


def read_all(source, after=None):
    rows = []
    while found := source.read(after):
        after, rows = found.watermark, rows + content(found)
    return rows


@pytest.fixture
def rows(province):
    province.rows = [{"企业名称": f"第{n}公司", "id": n} for n in range(6)]
    return [[row["企业名称"], str(row["id"])] for row in province.rows]


async def test_one_secret_serves_every_read_and_is_kept_sealed(gateway, province, rows):
    assert await in_thread(gateway, province, read_all) == rows
    assert await in_thread(gateway, province, read_all) == rows
    assert province.bought == ["key"]
    async with gateway.database.begin("test.kept") as session:
        sealed = (await session.execute(text("SELECT sealed FROM source_secret"))).scalars().all()
        events = await session.execute(text("SELECT count(*) FROM audit_event WHERE leaf LIKE '%secret_renewed%'"))
    assert all(province.request_secret.encode() not in one for one in sealed)
    assert events.scalar_one() == 1


async def test_a_secret_that_ends_in_the_middle_of_paging_is_renewed_and_no_row_is_lost(gateway, province, rows):
    province.expire_after = {2}
    assert await in_thread(gateway, province, read_all) == rows
    assert province.bought == ["key", "secret"]


async def test_a_secret_about_to_end_is_renewed_before_it_is_used(gateway, province, rows):
    province.request_seconds = 10
    assert await in_thread(gateway, province, read_all) == rows
    assert province.refused == 0
    assert set(province.bought[1:]) == {"secret"}


async def test_where_somebody_else_bought_secrets_the_app_secret_still_counts(gateway, province, rows):
    await in_thread(gateway, province, read_all)
    province.buy("another")  # ours are void, the one to refresh by too
    assert await in_thread(gateway, province, read_all) == rows
    assert province.bought == ["key", "another", "key"]


@pytest.mark.parametrize("ahead", [-7200.0, 7200.0])
async def test_a_clock_that_differs_is_put_right_by_the_gateways_own(gateway, province, rows, ahead):
    province.ahead = ahead
    assert await in_thread(gateway, province, read_all) == rows
    assert province.bought == ["key"]


async def test_calls_may_be_signed_by_hmac(gateway, province, rows):
    province.md5 = False
    assert await in_thread(gateway, province, read_all, sign="hmac-sha256") == rows
    province.md5 = True
    with pytest.raises(ConnectorError, match="refused"):
        await in_thread(gateway, province, read_all, sign="hmac-sha256")


async def test_many_readers_at_once_buy_one_secret(gateway, province, rows):
    secrets, config = SourceSecrets(gateway.units), provincial_server.config(province)
    start = threading.Barrier(6)

    def read():
        start.wait()
        return read_all(open_connector("provincial", config, secrets))

    with ThreadPoolExecutor(6) as pool:
        loop = asyncio.get_running_loop()
        readers = [loop.run_in_executor(pool, read) for _ in range(6)]
        read_by_each = await asyncio.gather(*readers, return_exceptions=True)
    assert read_by_each == [rows] * 6
    assert province.bought == ["key"]


async def test_a_leader_that_died_is_succeeded_when_its_lease_has_run_out(gateway, province, rows, monkeypatch):
    name = f"provincial:{province.address}:{provincial_server.APP_KEY}"
    async with gateway.database.begin("test.dead") as session:
        await session.execute(
            text(
                "INSERT INTO source_secret (name, version, holder, lease_until, changed_at) "
                "VALUES (:n, 0, gen_random_uuid(), now() + interval '1 second', now())"
            ),
            {"n": name},
        )
    assert await in_thread(gateway, province, read_all) == rows
    assert province.bought == ["key"]


async def test_a_leader_that_fails_lets_go_at_once(gateway, province, rows, monkeypatch):
    monkeypatch.setenv("TEST_APP_SECRET", "wrong")
    with pytest.raises(ConnectorError, match="refused"):
        await in_thread(gateway, province, read_all)
    monkeypatch.setenv("TEST_APP_SECRET", provincial_server.APP_SECRET)
    before = time.monotonic()
    assert await in_thread(gateway, province, read_all) == rows
    assert time.monotonic() - before < source_secrets.LEASE_SECONDS


async def test_a_slow_leader_that_lost_its_lease_does_not_overwrite_its_successor(gateway, monkeypatch):
    monkeypatch.setattr(source_secrets, "LEASE_SECONDS", 0)
    secrets, inside, go_on = SourceSecrets(gateway.units), threading.Event(), threading.Event()

    def slow(_stale):
        inside.set()
        go_on.wait(30)
        return "slow"

    monkeypatch.setattr(source_secrets, "LEASE_SECONDS", 1)
    first = asyncio.create_task(asyncio.to_thread(secrets.renew, "lease-test", None, slow))
    await asyncio.to_thread(inside.wait, 30)
    assert await asyncio.to_thread(secrets.renew, "lease-test", None, lambda _stale: "second") == "second"
    go_on.set()
    with pytest.raises(ConnectorError, match="took over"):
        await first
    assert await asyncio.to_thread(secrets.find, "lease-test") == "second"


async def test_a_fault_shows_neither_secret_nor_signature(gateway, province, monkeypatch):
    await add_source(
        gateway, source_id="province", dataset="ent_registration", connector="provincial",
        config=provincial_server.config(province), every_seconds=60,
    )  # fmt: skip
    monkeypatch.setenv("TEST_APP_SECRET", "geheim-other")
    province.buy("another")
    while await pull_due(gateway):
        pass
    async with gateway.database.begin("test.fault") as session:
        fault = (await session.execute(text("SELECT last_fault FROM source WHERE source_id = 'province'"))).scalar_one()
    assert "refused" in fault
    assert "geheim" not in fault
    assert "sign" not in fault.replace("signature", "")


@pytest.mark.slow
def test_two_workers_share_one_secret_over_several_sources(socket_folder, tmp_path, province):
    """Two real processes, four sources on one appKey, secrets that end all the time: nobody ends another's."""
    province.rows = [{"企业名称": f"第{n}公司", "统一社会信用代码": uscc(300 + n)} for n in range(8)]
    province.expire_after = {3, 9}
    env = {"TEST_APP_SECRET": provincial_server.APP_SECRET}
    with instance(socket_folder, tmp_path, "gateway", **env) as made:
        for number in range(4):
            file = tmp_path / f"{number}.yaml"
            config = provincial_server.config(province, path=f"/gateway/api/{number}.htm", slice_rows=2)
            file.write_text(json.dumps(config))
            made.cli(
                "source", "add", f"p{number}", "--dataset", "ent_registration", "--connector", "provincial",
                "--config", str(file), "--every", "3600",
            )  # fmt: skip
        with made.run("worker"), made.run("worker"):
            wait_until(lambda: made.rows("SELECT count(*) FROM batch") == [(16,)], "sixteen slices")
        assert made.rows("SELECT count(*) FROM source WHERE last_fault IS NOT NULL") == [(0,)]
        assert made.rows("SELECT count(*) FROM record") == [(8,)]
    assert province.bought.count("key") == 1
    assert len(province.bought) == 3
