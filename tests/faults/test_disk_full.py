"""A full disk: /readyz says so, nothing ends by it, and everything goes on once there is room."""

import os
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.house.objects import arrears
from tests.processes import environment, free_port, ready, running, wait_ready, wait_until, xinqiao
from tests.town import Instance, run_command

SIZE = "300m"  # an empty cluster takes some 60 MB, and its log two or three files of 16 MB
PATIENCE_SECONDS = 10


@pytest.fixture
def small_disk():
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder = Path(f"/tmp/xinqiao-disk-{os.getpid()}")
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "tmpfs", folder], check=False)
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("no small disk can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)
    folder.rmdir()


def fill(path):
    with path.open("wb", buffering=0) as file:
        for size in (1024 * 1024, 4096):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue


def test_a_full_disk_is_told_and_once_there_is_room_everything_goes_on(small_disk):
    issuer = f"http://127.0.0.1:{free_port()}"
    env = environment(small_disk, None, issuer, XINQIAO_METRICS_PORT="0")
    xinqiao(["init"], env)
    gateway = Instance("gateway", issuer, small_disk, env, run_command)
    gateway.add("agency", "tax")
    with closing(gateway), running(["serve"], env) as server, running(["worker"], env) as worker:
        wait_ready(issuer, server, small_disk / "serve.log")
        wait_until(lambda: ready(env, PATIENCE_SECONDS)[0] == 200, "it to be ready")
        gateway.get("tax", "/v1/catalogue/agencies")  # it has its token before
        fill(small_disk / "filler")
        wait_until(lambda: ready(env, PATIENCE_SECONDS)[0] == 503, "the full disk to be told")
        _, checks = ready(env, PATIENCE_SECONDS)
        assert (checks["disk"]["ok"], "ENOSPC" in checks["disk"]["seen"]) == (False, True)
        assert (checks["writing"]["ok"], checks["keys"]["ok"]) == (False, True)
        done = xinqiao(["institution", "add", "bank", "--name", "某某银行"], env, check=False)
        assert done.returncode == 0 or "失败 failed: 数据库或磁盘暂时不可用" in done.stderr  # a small row may still fit
        assert ("Traceback" in done.stderr, "某某银行" in done.stderr) == (False, False)
        pushed = gateway.push("tax", "tax_arrears", arrears(*range(1, 500)), "on-a-full-disk")
        assert (pushed.status_code, pushed.headers.get("Retry-After")) == (503, "5"), pushed.text
        assert pushed.json()["type"].endswith("/problems/storage-unavailable")
        (small_disk / "filler").unlink()
        wait_until(lambda: ready(env, PATIENCE_SECONDS)[0] == 200, "it to be ready again")
        assert ready(env, PATIENCE_SECONDS)[1]["writing"]["ok"]
        xinqiao(["institution", "add", "bank-2", "--name", "某某银行"], env)
        again = gateway.push("tax", "tax_arrears", arrears(*range(1, 500)), "on-a-full-disk")
        assert (again.status_code, again.json()["rows"]) == (201, 499)
        wait_until(lambda: "1 running" in ready(env, PATIENCE_SECONDS)[1]["worker"]["seen"], "every step to work")
        assert [server.poll(), worker.poll()] == [None, None]
        assert xinqiao(["reconcile", "--json"], env).stdout.strip() == '{"differences":[]}'
