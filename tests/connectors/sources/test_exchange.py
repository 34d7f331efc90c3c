"""File exchange after GB/T 39443: every description is answered by a response file, whatever became of it."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from sqlalchemy import text

from connectors.errors import MalformedError
from connectors.sources.files.exchange import ExchangeSource
from connectors.sources.files.exchange_messages import read_description, write_response
from connectors.sources.protocol import Outcome
from tests.enterprises import uscc
from tests.submissions import add_source, pull_due

HEAD = "企业名称,统一社会信用代码\n"
PLACE = {"kind": "folder", "settle_seconds": 0}


def describe(batch, file, content, *, records=1, dataset="reg", digest=None, algorithm="SHA-256"):
    made = digest or hashlib.new({"SHA-256": "sha256", "SM3": "sm3"}[algorithm], content).hexdigest()
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><exchange><batch>{batch}</batch><dataset>{dataset}</dataset>'
        f'<file>{file}</file><records>{records}</records><digest algorithm="{algorithm}">{made}</digest></exchange>'
    )


class Exchange:
    """An inbox and an outbox, as the agency sees them."""

    def __init__(self, folder):
        self.inbox, self.outbox = folder / "in", folder / "out"
        for one in (self.inbox, self.outbox):
            one.mkdir()

    def config(self):
        return {
            "inbox": {**PLACE, "path": str(self.inbox)},
            "outbox": {**PLACE, "path": str(self.outbox)},
            "dataset": "reg",
        }

    def send(self, name, rows, **more):
        content = (HEAD + "".join(rows)).encode()
        (self.inbox / f"{name}.csv").write_bytes(content)
        (self.inbox / f"{name}.ctl.xml").write_text(
            describe(more.pop("batch", name), f"{name}.csv", content, **{"records": len(rows), **more})
        )

    def response(self, name):
        root = etree.fromstring((self.outbox / f"{name}.feedback.xml").read_bytes())
        counts = {e.tag: int(e.text) for e in root.find("counts")}
        return root.findtext("status"), counts, root.findtext("reason") or "", root.findall("rejected/row")


@pytest.fixture
def exchange(tmp_path):
    return Exchange(tmp_path)


@pytest.fixture
async def source(gateway, exchange, tmp_path):
    name = f"ex-{tmp_path.name}".lower().replace("_", "-")
    await add_source(
        gateway, source_id=name, dataset="ent_registration", connector="exchange", config=exchange.config(),
        every_seconds=3600,
    )  # fmt: skip
    yield name
    async with gateway.database.begin("test.stop") as session:
        await session.execute(text("UPDATE source SET status = 'paused' WHERE source_id = :s"), {"s": name})


async def drain(gateway, name):
    async with gateway.database.begin("test.due") as session:
        await session.execute(text("UPDATE source SET due_at = now() WHERE source_id = :s"), {"s": name})
    while await pull_due(gateway):
        pass


async def stored(gateway, name):
    async with gateway.database.begin("test.count") as session:
        query = text("SELECT count(*), coalesce(sum(accepted), 0) FROM batch WHERE way = :s")
        return tuple((await session.execute(query, {"s": name})).one())


async def test_a_delivery_is_answered_with_its_counts_and_each_refused_row(gateway, exchange, source):
    exchange.send("d1", [f"甲公司,{uscc(201)}\n", "乙公司,91330300WRONG\n"], batch="2026-0001")
    await drain(gateway, source)
    status, counts, reason, rows = exchange.response("d1")
    assert (status, reason) == ("stored", "")
    assert (counts["rows"], counts["accepted"], counts["rejected"]) == (2, 1, 1)
    assert [(row.get("number"), row[0].get("column"), row[0].get("value")) for row in rows] == [
        ("3", "统一社会信用代码", "91330300WRONG")
    ]
    assert await stored(gateway, source) == (1, 1)


async def test_a_batch_that_is_sent_again_is_known_and_other_content_under_its_id_is_refused(gateway, exchange, source):
    exchange.send("d1", [f"丙公司,{uscc(202)}\n"], batch="2026-0002")
    await drain(gateway, source)
    (exchange.outbox / "d1.feedback.xml").unlink()
    exchange.send("again", [f"丙公司,{uscc(202)}\n"], batch="2026-0002")
    exchange.send("other", [f"丁公司,{uscc(203)}\n"], batch="2026-0002")
    await drain(gateway, source)
    assert exchange.response("again")[:2] == ("known", {**exchange.response("again")[1], "rows": 1, "accepted": 1})
    status, counts, reason, _ = exchange.response("other")
    assert (status, counts) == ("refused", {})
    assert "other content" in reason
    assert await stored(gateway, source) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"digest": "ab" * 32}, "digest"),
        ({"records": 7}, "7 described, 1 found"),
        ({"batch": "../x"}, "batch"),
        ({"records": "many"}, "records"),
    ],
)
async def test_a_delivery_unlike_its_description_is_refused_and_nothing_is_taken_in(
    gateway, exchange, source, changes, reason
):
    exchange.send("d1", [f"戊公司,{uscc(204)}\n"], **{"batch": "2026-0003", **changes})
    exchange.send("d2", [f"己公司,{uscc(205)}\n"], batch=f"2026-9{len(reason)}")
    await drain(gateway, source)
    status, counts, said, _ = exchange.response("d1")
    assert (status, counts) == ("refused", {})
    assert reason in said
    assert exchange.response("d2")[0] == "stored"  # the next one is not held up
    assert (await stored(gateway, source))[0] == 1


async def test_what_is_half_written_is_left_alone(gateway, exchange, source):
    content = (HEAD + f"庚公司,{uscc(206)}\n").encode()
    (exchange.inbox / "d1.csv").write_bytes(content[:20])
    (exchange.inbox / "d2.ctl.xml").write_text(describe("2026-0004", "d2.csv", content))
    (exchange.inbox / "d3.ctl.xml.part").write_text("<exch")
    await drain(gateway, source)
    assert list(exchange.outbox.iterdir()) == []
    (exchange.inbox / "d2.csv").write_bytes(content)
    await drain(gateway, source)
    assert [path.name for path in exchange.outbox.iterdir()] == ["d2.feedback.xml"]


async def test_a_crash_between_the_batch_and_the_response_is_answered_afterwards(
    gateway, exchange, source, monkeypatch
):
    exchange.send("d1", [f"辛公司,{uscc(207)}\n"], batch="2026-0005")

    def die(*_arguments):
        raise OSError("killed")

    answer = ExchangeSource.answer
    monkeypatch.setattr(ExchangeSource, "answer", die)
    await drain(gateway, source)
    assert await stored(gateway, source) == (1, 1)
    assert list(exchange.outbox.iterdir()) == []
    monkeypatch.setattr(ExchangeSource, "answer", answer)
    await drain(gateway, source)
    status, counts, _, _ = exchange.response("d1")
    assert (status, counts["accepted"]) == ("known", 1)
    assert await stored(gateway, source) == (1, 1)


@pytest.mark.parametrize("file", ["../secret.csv", "/etc/passwd", "..", "a/b.csv"])
async def test_a_description_names_no_file_outside_of_its_inbox(gateway, exchange, source, file):
    (exchange.inbox.parent / "secret.csv").write_text(HEAD)
    (exchange.inbox / "d1.ctl.xml").write_text(describe("2026-0006", file, HEAD.encode()))
    await drain(gateway, source)
    status, _, reason, _ = exchange.response("d1")
    assert (status, "no path" in reason) == ("refused", True)
    assert await stored(gateway, source) == (0, 0)


async def test_the_description_of_another_dataset_is_left_to_another_source(gateway, exchange, source):
    exchange.send("d1", [f"壬公司,{uscc(208)}\n"], dataset="other")
    await drain(gateway, source)
    assert list(exchange.outbox.iterdir()) == []


def test_a_digest_may_be_sm3(exchange):
    exchange.send("d1", ["甲公司,\n"], algorithm="SM3")
    from connectors.sources.registry import open_connector

    found = open_connector("exchange", exchange.config()).read(None)
    assert list(found.open().rows) == [(2, ["甲公司", ""])]
    found.discard()


def test_the_exchange_runs_over_sftp_and_over_an_object_store(sftp, objects, exchange):
    from connectors.sources.registry import open_connector

    content = (HEAD + "甲公司,\n").encode()
    control = describe("b1", "d.csv", content)
    (sftp.folder / "in" / "d.csv").write_bytes(content)
    (sftp.folder / "in" / "d.ctl.xml").write_text(control)
    objects.client.put("in/d.csv", content)
    objects.client.put("in/d.ctl.xml", control.encode())
    for kind, at in (("sftp", sftp.config()), ("s3", objects.config())):
        inbox = {"kind": kind, **at}
        outbox = {**inbox, **({"folder": "/out"} if kind == "sftp" else {"prefix": "out"})}
        source = open_connector("exchange", {"inbox": inbox, "outbox": outbox, "dataset": "reg"})
        source.check()
        found = source.read(None)
        assert list(found.open().rows) == [(2, ["甲公司", ""])]
        source.answer(found, Outcome("stored", "b1", {"rows": 1}))
        source.answer(found, Outcome("known", "b1", {"rows": 1}))
        found.discard()
    written = (sftp.folder / "out" / "d.feedback.xml").read_bytes()
    assert written == bytes(objects.client.get("out/d.feedback.xml").bytes())
    assert b"<status>known</status>" in written
    assert [path.name for path in (sftp.folder / "out").iterdir()] == ["d.feedback.xml"]


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_no_bytes_crash_the_reading_of_a_description(content):
    for around in (content, b"<exchange>" + content + b"</exchange>"):
        with pytest.raises(MalformedError):
            read_description(around)


def test_a_description_cannot_read_our_files_by_an_entity(tmp_path):
    (tmp_path / "secret").write_text("geheim")
    spoilt = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]><exchange><batch>&e;</batch></exchange>'
    with pytest.raises(MalformedError) as fault:
        read_description(spoilt.encode())
    assert "geheim" not in str(fault.value)


@given(st.text())
def test_a_response_is_xml_whatever_a_row_holds(value):
    reasons = [{"code": "c", "column": value, "value": value, "text": value}]
    root = etree.fromstring(write_response("b", Outcome("stored", "b", {"rows": 1}, rejected=[(1, reasons)])))
    assert root.find("rejected/row").get("number") == "1"
