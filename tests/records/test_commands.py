"""The operator's commands on records, as real processes."""

import json

import psycopg
import pytest
from sqlalchemy import make_url

from gateway.runtime.actor import at_this_machine
from tests import database_server
from tests.enterprises import sole_trader
from tests.processes import environment, free_port, xinqiao
from tests.stories import registration

SHOP = "欧阳小明鞋店"


@pytest.fixture
def instance(socket_folder, tmp_path):
    with database_server.fresh_database(socket_folder) as urls:
        env = environment(tmp_path, urls, f"http://127.0.0.1:{free_port()}")
        xinqiao(["init"], env)
        yield env


def readings(env):
    """Return how often this machine's operator read or erased, by type of event; each has an outcome."""
    query = """
        SELECT type, count(*) FROM audit_event
        WHERE actor = %s AND outcome IS NOT NULL AND type ~ '^(record|subject)' GROUP BY type
    """
    url = make_url(env["XINQIAO_DATABASE_OWNER_URL"]).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        return dict(connection.execute(query, [at_this_machine().name]).fetchall())


def told(arguments, env):
    return json.loads(xinqiao([*arguments, "--json"], env).stdout)


def test_records_are_listed_told_and_erased(instance, tmp_path):
    code = sole_trader(1)
    for capital in ("500(万元人民币)", "600(万元人民币)"):
        file = tmp_path / "registration.csv"
        file.write_text(registration(1, 企业名称=SHOP, 统一社会信用代码=code, 注册资本=capital))
        told(["ingest", "ent_registration", str(file)], instance)
    listed = told(["record", "list", code], instance)["records"]
    assert [(row["version"], row["status"], row["visible"]) for row in listed] == [
        (1, "superseded", False), (2, "current", True),
    ]  # fmt: skip
    assert told(["record", "list", code, "--known-at", "2020-01-01T00:00:00+0800"], instance)["records"] == []
    [then] = told(["record", "list", code, "--known-at", listed[0]["recorded_at"]], instance)["records"]
    assert then["version"] == 1
    history = told(["record", "history", listed[0]["record"]], instance)
    assert [version["content"]["fields"]["reg_capital"] for version in history["versions"]] == ["500", "600"]
    assert SHOP not in json.dumps(history, ensure_ascii=False)
    assert told(["record", "count", code], instance)["records"] == 1
    assert told(["record", "retention", "--dry-run"], instance) == {"records": 0, "by_dataset": {}, "dry_run": True}
    assert "current" in xinqiao(["record", "list", code], instance).stdout
    assert "reg_capital" not in xinqiao(["record", "history", listed[0]["record"]], instance).stdout
    assert told(["record", "erase", "--subject", code, "--reason", "本人申请", "--yes"], instance)["erased"] is True
    assert told(["reconcile"], instance) is not None
    proof = tmp_path / "proof.json"
    xinqiao(["record", "proof", listed[0]["record"], "--output", str(proof)], instance)
    assert json.loads(proof.read_text())["type"] == "xinqiao-record-proof/1"
    assert told(["subject", "show", code], instance)["uscc"] == code
    assert readings(instance) == {
        "record.listed": 5, "record.history_read": 2, "record.proved": 1, "subject.read": 1, "subject.erased": 1,
    }  # fmt: skip


def test_what_is_not_there_is_said_in_one_line(instance):
    for arguments in (
        ["record", "list", sole_trader(9)],
        ["record", "history", "01990000-0000-7000-8000-000000000001"],
        ["record", "erase", "--subject", sole_trader(9), "--reason", "本人申请", "--yes"],
        ["record", "erase", "--subject", "x", "--reason", "本人申请", "--yes"],
    ):
        done = xinqiao(arguments, instance, check=False)
        assert (done.returncode, "Traceback" in done.stderr) == (1, False)
        assert "失败 failed" in done.stderr
