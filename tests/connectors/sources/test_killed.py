"""A worker killed with SIGKILL around every commit of a pull: the batch is there once, and its response is written."""

import hashlib
import json

import pytest
from lxml import etree

from tests.enterprises import uscc
from tests.processes import running, wait_until
from tests.town import instance

pytestmark = pytest.mark.slow
DUE = "UPDATE source SET due_at = now() RETURNING source_id"
POINTS = [
    f"{phase} {point}" for point in ("source.claim", "batch.take-in", "source.advance") for phase in ("before", "after")
]


@pytest.fixture(scope="module")
def pulled(socket_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("killed")
    for name in ("in", "out"):
        (folder / name).mkdir()
    place = {"kind": "folder", "settle_seconds": 0}
    config = {
        "inbox": {**place, "path": str(folder / "in")},
        "outbox": {**place, "path": str(folder / "out")},
        "dataset": "reg",
    }
    (folder / "config.yaml").write_text(json.dumps(config))
    with instance(socket_folder, folder, "gateway") as made:
        made.cli(
            "source", "add", "ex", "--dataset", "ent_registration", "--connector", "exchange",
            "--config", str(folder / "config.yaml"), "--every", "3600",
        )  # fmt: skip
        yield made, folder


@pytest.mark.parametrize("at", POINTS)
def test_a_pull_killed_at_a_commit_is_whole_after_the_next_turn(pulled, at):
    made, folder = pulled
    name = at.replace(" ", "-")
    content = f"企业名称,统一社会信用代码\n{name}公司,{uscc(600 + POINTS.index(at))}\n".encode()
    (folder / "in" / f"{name}.csv").write_bytes(content)
    (folder / "in" / f"{name}.ctl.xml").write_text(
        f"<exchange><batch>{name}</batch><dataset>reg</dataset><file>{name}.csv</file><records>1</records>"
        f"<digest>{hashlib.sha256(content).hexdigest()}</digest></exchange>"
    )
    made.rows(DUE)
    with running(["worker"], {**made.env, "CRASH_AT": at}, module="tests.crashing") as doomed:
        wait_until(lambda: doomed.poll() is not None, f"the worker to die {at}")
    made.rows(DUE)  # as when the claim of the dead one has run out
    with made.run("worker"):
        wait_until(
            lambda: made.rows("SELECT due_at > now() + interval '30 minutes' FROM source") == [(True,)], "its turn"
        )
    assert made.rows(f"SELECT accepted FROM batch WHERE sender_batch = '{name}'") == [(1,)]
    response = etree.fromstring((folder / "out" / f"{name}.feedback.xml").read_bytes())
    assert (response.findtext("status"), response.findtext("counts/accepted")) in {("stored", "1"), ("known", "1")}
    assert made.rows("SELECT last_fault, refusals FROM source") == [(None, 0)]
