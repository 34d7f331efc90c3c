"""kill -9 before and after the commits of acts: asked again, each is there once and everything reconciles."""

from contextlib import suppress

import httpx
import pytest

from tests import town
from tests.enterprises import uscc
from tests.platforms.test_commit_points import crashing_at
from tests.processes import wait_until
from tests.records.penalties import penalties, penalty

pytestmark = pytest.mark.slow
REASON = "测试原因"


@pytest.fixture(scope="module")
def gateway(socket_folder, tmp_path_factory):
    with town.instance(socket_folder, tmp_path_factory.mktemp("killed"), "gateway") as made:
        made.add("agency", "drc")
        yield made


def act(gateway, number):
    record = gateway.rows(f"SELECT record_id FROM record WHERE business_key = 'K{number}|{uscc(number)}'")[0][0]
    answer = gateway.post("drc", f"/v1/records/{record}/acts", {"kind": "withdraw", "reason": REASON})
    assert answer.status_code in {201, 409}, answer.text


def act_on_list(gateway, number):
    url = f"/v1/datasets/penalty_general/withdrawals?reason={REASON}"
    keys = f"行政处罚决定书文号,统一社会信用代码\nK{number},{uscc(number)}\n"
    answer = gateway.client("drc").post(url, content=keys.encode(), headers={"Batch-Id": f"list-{number}"})
    assert answer.status_code in {200, 201}, answer.text


POINTS = {"POST /v1/records/{record_id}/acts": act, "act-list.take-in": act_on_list}


@pytest.mark.parametrize("phase", ["before", "after"])
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_its_commit_an_act_is_done_once_when_asked_again(gateway, point, phase):
    number, step = list(POINTS).index(point) * 2 + (phase == "after") + 1, POINTS[point]
    with gateway.run("serve"):
        assert gateway.push("drc", "penalty_general", penalties(penalty(number, f"K{number}"))).status_code == 201
    gateway.close()
    gateway.processes["serve"].wait()
    with crashing_at(gateway, "serve", f"{phase} {point}") as doomed:
        with suppress(httpx.TransportError):
            step(gateway, number)
        wait_until(lambda: doomed.poll() is not None, f"the death at {phase} {point}")
    gateway.close()
    acts = f"SELECT count(*) FROM record_act WHERE business_key = 'K{number}|{uscc(number)}'"
    assert gateway.rows(acts) == [(int(phase == "after"),)]
    with gateway.run("serve"):
        step(gateway, number)
    gateway.close()
    assert gateway.rows(acts) == [(1,)]
    assert gateway.cli("reconcile", "--json").strip() == '{"differences":[]}'
