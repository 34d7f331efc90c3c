"""Sources read on a schedule: a real database table with a watermark, and a connector of another package."""

import psycopg
import pytest
from sqlalchemy import text

from connectors.errors import ConnectorError
from connectors.sources.registry import open_connector
from gateway.runtime.denial import DeniedError
from gateway.runtime.errors import GatewayError
from tests import database_server
from tests.enterprises import uscc
from tests.submissions import add_source, pull_due

CONFIG = {"url_env": "TEST_AGENCY_DB", "table": "欠税", "watermark": "changed_at", "key": "id", "slice_rows": 2}


@pytest.fixture(scope="module")
def agency_database(socket_folder):
    with database_server.fresh_database(socket_folder) as urls:
        address = urls.owner.render_as_string(hide_password=False)
        plain = address.replace("+psycopg", "")
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(
                "CREATE TABLE 欠税 (id bigint, 企业或单位名称 text, 纳税人识别号 text, 欠税金额 numeric, 税种 text, "
                "changed_at timestamptz)"
            )
        yield plain


@pytest.fixture
def rows(agency_database, monkeypatch):
    monkeypatch.setenv("TEST_AGENCY_DB", agency_database)

    def insert(*numbers, moment="2026-01-01"):
        with psycopg.connect(agency_database, autocommit=True) as connection:
            for number in numbers:
                connection.execute(
                    "INSERT INTO 欠税 VALUES (%s, '某公司', %s, 5.50, '增值税', %s)", [number, uscc(number), moment]
                )

    return insert


async def stored(gateway, dataset="tax_arrears"):
    async with gateway.database.begin("test.count") as session:
        query = text("SELECT count(*) FROM record WHERE dataset = :d")
        return (await session.execute(query, {"d": dataset})).scalar_one()


async def drain(gateway):
    async with gateway.database.begin("test.due") as session:
        await session.execute(text("UPDATE source SET due_at = now()"))
    while await pull_due(gateway):
        pass


async def test_a_table_is_read_once_in_slices_and_then_only_what_is_new(gateway, rows):
    rows(1, 2, 3, 4, 5)
    await add_source(
        gateway, source_id="tax-db", dataset="tax_arrears", connector="database", config=CONFIG,
        every_seconds=3600,
    )  # fmt: skip
    await drain(gateway)
    assert await stored(gateway) == 5
    rows(6, moment="2026-01-01")  # the same moment as the last row read: not skipped
    rows(7, moment="2026-02-01")
    await drain(gateway)
    assert await stored(gateway) == 7
    async with gateway.database.begin("test.batches") as session:
        sizes = (await session.execute(text("SELECT row_count FROM batch ORDER BY batch_id"))).scalars().all()
    assert sizes == [2, 2, 1, 2]


async def test_a_crash_before_the_commit_reads_the_slice_again_and_counts_nothing_twice(gateway, rows, monkeypatch):
    before = await stored(gateway)
    rows(8, moment="2026-03-01")
    record = type(gateway.audit).record

    async def fail(*_arguments):
        raise ConnectionError("killed")

    monkeypatch.setattr(type(gateway.audit), "record", fail)
    with pytest.raises(ConnectionError):
        await drain(gateway)
    monkeypatch.setattr(type(gateway.audit), "record", record)
    assert await stored(gateway) == before
    await drain(gateway)
    assert await stored(gateway) == before + 1


async def test_a_source_that_cannot_be_read_keeps_its_fault_and_its_place(gateway, rows, monkeypatch):
    monkeypatch.setenv("TEST_AGENCY_DB", "postgresql://nobody:secret@127.0.0.1:1/none")
    await drain(gateway)
    async with gateway.database.begin("test.fault") as session:
        fault = (await session.execute(text("SELECT last_fault FROM source WHERE source_id = 'tax-db'"))).scalar_one()
    assert "cannot connect" in fault
    assert "secret" not in fault


async def test_a_time_beyond_the_calendar_refuses_its_row_or_means_for_ever_and_the_source_goes_on(
    gateway, agency_database, monkeypatch
):
    monkeypatch.setenv("TEST_AGENCY_DB", agency_database)
    with psycopg.connect(agency_database, autocommit=True) as connection:
        connection.execute("""CREATE TABLE 处罚 (id integer, changed_at timestamptz, 行政相对人名称 text,
            统一社会信用代码 text, 行政处罚决定书文号 text, 处罚类别 text, 处罚决定日期 date, 公示截止期 timestamp,
            处罚机关 text)""")
        for number, on, until in (
            (1, "2026-01-05", "infinity"), (2, "infinity", "2027-01-05"), (3, "2026-01-05", "12026-01-01"),
            (4, "2026-01-05", "2027-01-05"),
        ):  # fmt: skip
            connection.execute(
                "INSERT INTO 处罚 VALUES (%s, '2026-02-01', '某公司', %s, %s, '罚款', %s, %s, '某局')",
                [number, uscc(600 + number), f"无限{number}号", on, until],
            )
    await add_source(
        gateway, source_id="penalties-db", dataset="penalty_general", connector="database",
        config={**CONFIG, "table": "处罚"},
    )  # fmt: skip
    await drain(gateway)
    async with gateway.database.begin("test.penalties") as session:
        query = "SELECT sum(accepted), sum(rejected) FROM batch WHERE way = 'penalties-db'"
        assert tuple((await session.execute(text(query))).one()) == (2, 2)
        query = """SELECT DISTINCT r ->> 'code' FROM batch b JOIN rejected_row USING (batch_id),
            jsonb_array_elements(rejected_row.reasons) r WHERE way = 'penalties-db'"""
        assert set((await session.execute(text(query))).scalars()) == {"date_unreadable"}
        query = "SELECT last_fault FROM source WHERE source_id = 'penalties-db'"
        assert (await session.execute(text(query))).scalar_one() is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"table": "没有"}, "no table"),
        ({"watermark": "没有"}, "no such column"),
        ({"url_env": "TEST_NOT_SET"}, "is not set"),
        ({"slice_rows": "many"}, "slice_rows"),
    ],
)
async def test_a_source_is_checked_before_it_is_added(gateway, rows, changes, reason):
    with pytest.raises(DeniedError, match=reason):
        await add_source(
            gateway, source_id="bad", dataset="tax_arrears", connector="database",
            config={**CONFIG, **changes}, every_seconds=60,
        )  # fmt: skip


async def test_a_file_that_is_looked_at_is_taken_in_once_and_again_when_it_was_written(gateway, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(f"企业名称,统一社会信用代码\n巳公司,{uscc(111)}\n")
    before = await stored(gateway, "ent_registration")
    await add_source(
        gateway, source_id="one-file", dataset="ent_registration", connector="file",
        config={"path": str(file)}, every_seconds=3600,
    )  # fmt: skip
    await drain(gateway)
    await drain(gateway)
    assert await stored(gateway, "ent_registration") == before + 1
    file.write_text(f"企业名称,统一社会信用代码\n巳公司,{uscc(111)}\n午公司,{uscc(112)}\n")
    await drain(gateway)
    assert await stored(gateway, "ent_registration") == before + 2


async def test_another_package_brings_a_connector(gateway, tmp_path):
    (tmp_path / "1.csv").write_text(f"企业名称,统一社会信用代码\n寅公司,{uscc(101)}\n")
    (tmp_path / "2.csv").write_text(f"企业名称,统一社会信用代码\n卯公司,{uscc(102)}\n")
    await add_source(
        gateway, source_id="folder", dataset="ent_registration", connector="drop-folder",
        config={"folder": str(tmp_path)}, every_seconds=3600,
    )  # fmt: skip
    with pytest.raises(GatewayError, match="exists already"):
        await add_source(
            gateway, source_id="folder", dataset="ent_registration", connector="drop-folder",
            config={"folder": str(tmp_path)}, every_seconds=3600,
        )  # fmt: skip
    before = await stored(gateway, "ent_registration")
    await drain(gateway)
    assert await stored(gateway, "ent_registration") == before + 2
    with pytest.raises(ConnectorError, match="drop-folder"):
        open_connector("no-such", {})
