"""A real process under large and broken deliveries: its memory stays, and what broke off leaves nothing."""

import time

import psutil
import pytest

from tests.enterprises import uscc
from tests.intake.wire import connect, head
from tests.town import instance

MIB = 1024 * 1024
PATH = "/v1/datasets/tax_arrears/batches"
HEADER = "企业或单位名称,纳税人识别号,经营地点,欠税金额,税种,备注\n"


@pytest.fixture(scope="module")
def served(socket_folder, tmp_path_factory):
    with (
        instance(socket_folder, tmp_path_factory.mktemp("wire"), "gateway") as gateway,
        gateway.run("serve") as process,
    ):
        gateway.add("agency", "tax")
        yield gateway, process.pid


def memory(pid):
    process = psutil.Process(pid)
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))


def wide_rows(count):
    """Rows of six kilobytes, nearly all of it in a column that no field is read from."""
    note = "注" * 2_000
    yield HEADER.encode()
    for n in range(count):
        yield f"甲公司,{uscc(1)},,{n + 1},税种{n},{note}\n".encode()


@pytest.mark.slow
def test_two_hundred_megabytes_are_taken_in_without_the_memory_to_hold_them(served):
    gateway, pid = served
    gateway.push("tax", "tax_arrears", f"{HEADER}乙公司,{uscc(2)},,1,增值税,\n")
    before, most = memory(pid), 0
    client = gateway.client("tax")

    def counted():
        nonlocal most
        for n, row in enumerate(wide_rows(35_000)):
            if n % 500 == 0:
                most = max(most, memory(pid))
            yield row

    answer = client.post(PATH, content=counted(), headers={"Batch-Id": "large-1"}, timeout=300)
    assert (answer.status_code, answer.json()["accepted"]) == (201, 35_000), answer.text
    assert max(most, memory(pid)) - before < 100 * MIB
    assert list((gateway.home / "gateway" / "spool").iterdir()) == []


def test_a_connection_that_breaks_in_the_middle_leaves_nothing(served):
    gateway, _ = served
    for length in ({"Content-Length": "9999999"}, {"Transfer-Encoding": "chunked"}):
        with connect(gateway) as connection:
            connection.sendall(head(gateway, "tax", "POST", PATH, **{"Batch-Id": "broken"}, **length))
            body = f"{HEADER}丙公司,{uscc(3)},,1,增值税,\n".encode()
            connection.sendall(body if "Content-Length" in length else b"%x\r\n%s\r\n" % (len(body), body))
            time.sleep(0.3)
        deadline = time.monotonic() + 60
        while list((gateway.home / "gateway" / "spool").iterdir()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert gateway.rows("SELECT count(*) FROM batch WHERE sender_batch = 'broken'") == [(0,)]
    assert "unhandled" not in (gateway.home / "serve.log").read_text()


def test_the_command_line_writes_a_proof_that_it_verifies(served, tmp_path):
    gateway, _ = served
    batch = gateway.push("tax", "tax_arrears", f"{HEADER}丁公司,{uscc(4)},,1,增值税,\n").json()["batch"]
    ((record,),) = gateway.rows(f"SELECT record_id FROM record WHERE batch_id = '{batch}'")
    (tmp_path / "keys.json").write_text(gateway.cli("keys", "show"))
    gateway.cli("record", "proof", str(record), "-o", str(tmp_path / "proof.json"))
    assert gateway.cli("record", "proof", str(record)) == (tmp_path / "proof.json").read_text()
    told = gateway.cli("verify", str(tmp_path / "proof.json"), "--keys", str(tmp_path / "keys.json"), "--json")
    assert '"valid":true' in told
