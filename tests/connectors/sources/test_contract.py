"""The contract suite over every connector of ours and over one of another package."""

import hashlib
import json
from dataclasses import replace

import psycopg
import pytest

from connectors.sources.contract import ConnectorContract, Offer
from connectors.sources.registry import connector_names
from tests.connectors.sources import paged, provincial_server, servers

COLUMNS = ["企业名称", "序号"]
FILES = {"1.csv": [["甲公司", "1"], ["乙公司", "2"]], "2.csv": [["丙公司", "3"]], "3.csv": [["丁公司", "4"]]}
ROWS = [row for rows in FILES.values() for row in rows]


def as_csv(rows):
    return "\n".join(",".join(row) for row in [COLUMNS, *rows]).encode()


def fill(folder):
    for name, rows in FILES.items():
        (folder / name).write_bytes(as_csv(rows))


def state_of(folder):
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*") if path.is_file()}


class TestFile(ConnectorContract):
    @pytest.fixture
    def offer(self, tmp_path):
        fill(tmp_path)
        config = {"path": str(tmp_path / "1.csv")}
        wrong = [({"path": str(tmp_path / "none.csv")}, "none.csv"), ({"path": 3}, "path"), ({}, "path")]
        return Offer("file", config, COLUMNS, FILES["1.csv"], wrong, look=lambda: state_of(tmp_path))


class TestPluginOfAnotherPackage(ConnectorContract):
    @pytest.fixture
    def offer(self, tmp_path):
        fill(tmp_path)
        wrong = [({"folder": str(tmp_path / "none")}, "no folder"), ({"folder": str(tmp_path), "x": 1}, "x")]
        return Offer("drop-folder", {"folder": str(tmp_path)}, COLUMNS, ROWS, wrong, look=lambda: state_of(tmp_path))


class TestFolder(ConnectorContract):
    @pytest.fixture
    def offer(self, tmp_path):
        fill(tmp_path)
        (tmp_path / "ignored.csv.part").write_bytes(b"half")
        config = {"path": str(tmp_path), "pattern": "*.csv", "settle_seconds": 0}
        wrong = [
            ({**config, "path": str(tmp_path / "none")}, "no folder"),
            ({**config, "complete": "perhaps"}, "complete"),
            ({**config, "pattern": 7}, "pattern"),
        ]
        return Offer("folder", config, COLUMNS, ROWS, wrong, look=lambda: state_of(tmp_path))


class TestSftp(ConnectorContract):
    @pytest.fixture
    def offer(self, sftp, monkeypatch):
        fill(sftp.folder / "in")
        monkeypatch.setenv("TEST_SFTP_WRONG", "geheim-wrong")
        config = sftp.config()
        other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
        wrong = [
            ({**config, "password_env": "TEST_NOT_SET"}, "TEST_NOT_SET"),
            ({**config, "password_env": "TEST_SFTP_WRONG"}, "refuses the login"),
            ({**config, "host_key": other}, "another host key"),
            ({**config, "host_key": "nonsense"}, "host_key"),
            ({**config, "port": 1}, "cannot be read"),
            ({**config, "folder": "/none"}, "cannot be read"),
            ({**config, "key_file": "/k"}, "one of"),
        ]
        hidden = [servers.PASSWORD, "geheim-wrong"]
        return Offer("sftp", config, COLUMNS, ROWS, wrong, hidden, look=lambda: state_of(sftp.folder))


class TestS3(ConnectorContract):
    @pytest.fixture
    def offer(self, objects):
        for name, rows in FILES.items():
            objects.client.put(f"in/{name}", as_csv(rows))
        config = objects.config()

        def look():
            listed = [one for page in objects.client.list() for one in page]
            return sorted((one["path"], one["e_tag"], one["last_modified"]) for one in listed)

        wrong = [
            ({**config, "secret_env": "TEST_NOT_SET"}, "TEST_NOT_SET"),
            ({**config, "secret_env": "TEST_REST_TOKEN"}, "cannot be read"),
            ({**config, "bucket": "another"}, "cannot be read"),
            ({**config, "endpoint": "http://127.0.0.1:1"}, "cannot be read"),
        ]
        return Offer("s3", config, COLUMNS, ROWS, wrong, [servers.SECRET, "geheim-token"], look)


class TestExchange(ConnectorContract):
    @pytest.fixture
    def offer(self, tmp_path):
        inbox, outbox = tmp_path / "in", tmp_path / "out"
        for folder in (inbox, outbox):
            folder.mkdir()
        for name, rows in FILES.items():
            content = as_csv(rows)
            (inbox / name).write_bytes(content)
            (inbox / f"{name[0]}.ctl.xml").write_text(
                f"<exchange><batch>B{name[0]}</batch><dataset>reg</dataset><file>{name}</file>"
                f"<records>{len(rows)}</records><digest>{hashlib.sha256(content).hexdigest()}</digest></exchange>"
            )
        place = {"kind": "folder", "settle_seconds": 0}
        config = {"inbox": {**place, "path": str(inbox)}, "outbox": {**place, "path": str(outbox)}, "dataset": "reg"}
        wrong = [
            ({**config, "outbox": {**place, "path": str(tmp_path / "none")}}, "no folder"),
            ({**config, "inbox": {"kind": "cloud"}}, "cloud"),
        ]
        return Offer("exchange", config, COLUMNS, ROWS, wrong, look=lambda: state_of(tmp_path))


SQL = """
    CREATE TABLE {name} (id {key} NOT NULL, 企业名称 varchar(100), 额 numeric(12,2), 日 date, 改 {moment} NOT NULL)
"""
TABLE_COLUMNS = ["id", "企业名称", "额", "日", "改"]
TABLE_ROWS = [
    ["2", "𠮷公司", "5.50", "2026-01-02", "2026-01-01 00:00:00"],
    ["10", "", "0.00", "", "2026-01-01 00:00:00"],
    ["11", "乙'公司", "1200000000.10", "1999-12-31", "2026-01-01 00:00:00"],
    ["1", "丙公司", "", "2026-01-02", "2026-01-01 00:00:00.000001"],
    ["3", "丁公司", "-1.00", "2026-01-02", "2026-02-01 00:00:00"],
]


def insert(execute, table):
    for row in TABLE_ROWS:
        execute(f"INSERT INTO {table} VALUES (%s, %s, %s, %s, %s)", [cell or None for cell in row])


def table_wrong(config):
    return [
        ({**config, "table": "没有"}, "no table"),
        ({**config, "watermark": "没有"}, "no such column"),
        ({**config, "url_env": "TEST_NOT_SET"}, "TEST_NOT_SET"),
        ({**config, "url_env": "TEST_DB_NOWHERE"}, "cannot connect"),
        ({**config, "url_env": "TEST_DB_OTHER"}, "only postgresql"),
        ({**config, "slice_rows": "many"}, "slice_rows"),
        ({**config, "slice_rows": 0}, "slice_rows"),
        ({**config, "watermark": "日"}, "empty values"),
    ]


@pytest.fixture
def other_databases(monkeypatch):
    monkeypatch.setenv("TEST_DB_NOWHERE", "postgresql://nobody:geheim-db@127.0.0.1:1/none")
    monkeypatch.setenv("TEST_DB_OTHER", "sqlite:///geheim-db")


class TestPostgresqlView(ConnectorContract):
    @pytest.fixture
    def offer(self, agency_database, monkeypatch, other_databases):
        monkeypatch.setenv("TEST_DB", agency_database)
        with psycopg.connect(agency_database, autocommit=True) as connection:
            connection.execute("DROP TABLE IF EXISTS 企业 CASCADE")
            connection.execute(SQL.format(name="企业", key="bigint", moment="timestamp"))
            connection.execute("CREATE VIEW 企业视图 AS SELECT * FROM 企业")
            insert(connection.execute, "企业")

        def look():
            with psycopg.connect(agency_database) as connection:
                return connection.execute("SELECT *, xmin::text FROM 企业 ORDER BY id").fetchall()

        config = {"url_env": "TEST_DB", "table": "企业视图", "watermark": "改", "key": "id", "slice_rows": 2}
        return Offer("database", config, TABLE_COLUMNS, TABLE_ROWS, table_wrong(config), ["geheim-db"], look)


class TestMariadb(ConnectorContract):
    @pytest.fixture
    def offer(self, mariadb, monkeypatch, other_databases):
        with mariadb() as connection, connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE IF NOT EXISTS agency CHARACTER SET utf8mb4")
            cursor.execute("USE agency")
            cursor.execute("DROP TABLE IF EXISTS 企业")
            cursor.execute(SQL.format(name="企业", key="bigint", moment="datetime(6)"))
            insert(cursor.execute, "企业")
            cursor.execute("CREATE USER IF NOT EXISTS reader IDENTIFIED BY 'geheim-maria'")
            cursor.execute("GRANT SELECT ON agency.* TO reader")
            port = connection.port
        monkeypatch.setenv("TEST_DB", f"mariadb://reader:geheim-maria@127.0.0.1:{port}/agency")

        def look():
            with mariadb() as connection, connection.cursor() as cursor:
                cursor.execute("CHECKSUM TABLE agency.企业")
                return cursor.fetchall()

        config = {"url_env": "TEST_DB", "table": "企业", "watermark": "改", "key": "id", "slice_rows": 2}
        hidden = ["geheim-db", "geheim-maria"]
        return Offer("database", config, TABLE_COLUMNS, TABLE_ROWS, table_wrong(config), hidden, look)


PAGED_COLUMNS = ["企业名称", "id", "at", "额"]


def paged_rows(state):
    state.rows = [paged.row(n, at) for n, at in [(1, "2026-01-01"), (2, "2026-01-01"), (3, "2026-01-01"),
                                                 (4, "2026-01-02"), (5, "2026-01-03")]]  # fmt: skip
    return [[row["企业名称"], str(row["id"]), row["at"], "1.5"] for row in state.rows]


def paged_wrong(config):
    return [
        ({**config, "url": config["url"].replace("http", "ftp")}, "http(s)"),
        ({**config, "url": "http://127.0.0.1:1/x"}, "cannot be reached"),
        ({**config, "records": "data.none"}, "data.none"),
        ({**config, "headers_env": {"Authorization": "TEST_NOT_SET"}}, "TEST_NOT_SET"),
        ({**config, "headers_env": {"Authorization": "TEST_S3_SECRET"}}, "HTTP 401"),
        ({**config, "paging": {"style": "guess"}}, "guess"),
    ]


class TestRest(ConnectorContract):
    @pytest.fixture(params=[(style, inclusive) for style in paged.PAGINGS for inclusive in (False, True)], ids=str)
    def offer(self, interface, request):
        style, interface.inclusive = request.param
        rows, config = paged_rows(interface), paged.config(interface, style)
        hidden = ["geheim-token", servers.SECRET]
        wrong = [*paged_wrong(config), ({**config, "watermark": {"param": "since", "member": "none"}}, "none")]
        return Offer("rest", config, PAGED_COLUMNS, rows, wrong, hidden, lambda: json.dumps(interface.rows))


class TestRestWithoutWatermark(ConnectorContract):
    @pytest.fixture(params=["page", "offset"])
    def offer(self, interface, request):
        rows, config = paged_rows(interface), paged.config(interface, request.param, watermark=False)
        wrong = [*paged_wrong(config), ({**config, "paging": {"style": "link"}}, "watermark")]
        return Offer("rest", config, PAGED_COLUMNS, rows, wrong, ["geheim-token", servers.SECRET])


class HeldHere:
    """Secrets of one process."""

    def __init__(self):
        self.held = {}

    def find(self, name):
        return self.held.get(name)

    def renew(self, name, stale, fetch):
        self.held[name] = fetch(stale)
        return self.held[name]


class TestProvincial(ConnectorContract):
    @pytest.fixture
    def offer(self, province, monkeypatch):
        monkeypatch.setenv("TEST_APP_WRONG", "geheim-wrong")
        province.rows = [{"企业名称": f"第{number}公司", "id": number} for number in range(5)]
        rows, config = [[row["企业名称"], str(row["id"])] for row in province.rows], provincial_server.config(province)
        config = {**config, "slice_rows": 3}
        wrong = [
            ({**config, "app_secret_env": "TEST_NOT_SET"}, "TEST_NOT_SET"),
            ({**config, "app_secret_env": "TEST_APP_WRONG"}, "refused"),
            ({**config, "base": "nowhere"}, "http(s)"),
        ]
        hidden = [provincial_server.APP_SECRET, "geheim-wrong"]
        offer = Offer("provincial", config, ["企业名称", "id"], rows, wrong, hidden, lambda: json.dumps(province.rows))
        return replace(offer, secrets=HeldHere())


def test_no_connector_is_left_out():
    tried = {"file", "drop-folder", "folder", "sftp", "s3", "exchange", "database", "rest", "provincial"}
    assert set(connector_names()) == tried
