"""The client package sends a large file; client, connection and gateway are each killed on the way."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from signing.keys import private_bytes
from tests.enterprises import uscc
from tests.processes import free_port
from tests.town import instance
from xinqiao_client import Xinqiao, files, load_key
from xinqiao_client import client as client_module

HEADER = "企业或单位名称,纳税人识别号,经营地点,欠税金额,税种,备注\n"
PIECE = 256 * 1024
PUSH = f"""
import sys
from xinqiao_client import Xinqiao, load_key, client, files
client.RESUMABLE_BYTES = files.PIECE_BYTES = {PIECE}
with Xinqiao(sys.argv[1], "tax", load_key(sys.argv[2])) as agency:
    agency.push("tax_arrears", sys.argv[3], sign=True, progress=lambda at, whole: print(at, whole, flush=True))
"""


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(client_module, "RESUMABLE_BYTES", PIECE)
    monkeypatch.setattr(files, "PIECE_BYTES", PIECE)


@pytest.fixture
def town(socket_folder, tmp_path):
    with instance(socket_folder, tmp_path, "gateway") as gateway:
        gateway.add("agency", "tax")
        gateway.cli("agency", "signing", "tax", "--required")
        (tmp_path / "tax.json").write_bytes(private_bytes(gateway.keys["tax"]))
        (tmp_path / "rows.csv").write_text(
            HEADER + "".join(f"甲公司,{uscc(1)},,{n + 1},税种{n},{'注' * 2000}\n" for n in range(500))
        )
        yield gateway, tmp_path


def test_a_client_that_was_killed_goes_on_where_it_stopped(town, small_pieces):
    gateway, folder = town
    size = (folder / "rows.csv").stat().st_size
    with gateway.run("serve"):
        command = [sys.executable, "-c", PUSH, gateway.issuer, str(folder / "tax.json"), str(folder / "rows.csv")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sender:
            for line in sender.stdout:
                if int(line.split()[0]) >= size // 2:
                    sender.kill()
                    break
        began = []
        with Xinqiao(gateway.issuer, "tax", load_key(folder / "tax.json")) as agency:
            told = agency.push("tax_arrears", folder / "rows.csv", sign=True, progress=lambda at, _: began.append(at))
            assert began[0] >= size // 2 - PIECE
            assert (told["accepted"], told["rows"]) == (500, 500)
            assert agency.push("tax_arrears", folder / "rows.csv", sign=True)["batch"] == told["batch"]
    assert gateway.rows("SELECT count(*) FROM batch WHERE agency_signature IS NOT NULL") == [(1,)]
    assert gateway.rows("SELECT state, count(*) FROM upload GROUP BY state") == [("stored", 2)]


def test_a_gateway_that_was_killed_holds_what_it_said_it_held(town, small_pieces):
    gateway, folder = town
    size, told = (folder / "rows.csv").stat().st_size, []

    def push():
        with Xinqiao(gateway.issuer, "tax", load_key(folder / "tax.json"), attempts=40, pause=0.2) as agency:
            told.append(
                agency.push("tax_arrears", folder / "rows.csv", sign=True, progress=lambda at, _: seen.append(at))
            )

    seen = []
    with gateway.run("serve") as process:
        sender = threading.Thread(target=push)
        sender.start()
        while not seen or seen[-1] < size // 3:
            time.sleep(0.005)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    held = gateway.rows("SELECT received FROM upload")[0][0]
    assert held >= size // 3
    with gateway.run("serve"):
        sender.join(120)
        assert told[0]["accepted"] == 500
    assert min(at for at in seen[seen.index(max(at for at in seen if at <= held)) :]) >= held - PIECE


class Cutter(threading.Thread):
    """Passes bytes on to a gateway and cuts each connection after so many."""

    def __init__(self, near, far, most):
        super().__init__(daemon=True)
        self.server, self.target, self.most, self.cuts = socket.create_server(("127.0.0.1", near)), far, most, 0

    def run(self):
        while True:
            try:
                near, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(near,), daemon=True).start()

    def serve(self, near):
        with near, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.target)) as far:
            back = threading.Thread(target=self.pump, args=(far, near, None), daemon=True)
            back.start()
            self.pump(near, far, self.most)
            back.join()

    def pump(self, source, target, most):
        passed = 0
        try:
            while data := source.recv(65536):
                target.sendall(data)
                passed += len(data)
                if most and passed > most:
                    self.cuts += 1
                    break
        except OSError:
            pass
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def test_connections_that_break_again_and_again_end_with_the_batch(town, small_pieces):
    gateway, folder = town
    behind = free_port()
    gateway.env["XINQIAO_PORT"] = str(behind)
    cutter = Cutter(int(gateway.issuer.rpartition(":")[2]), behind, 3 * PIECE + PIECE // 2)
    with cutter.server:
        cutter.start()
        with gateway.run("serve"), Xinqiao(gateway.issuer, "tax", load_key(folder / "tax.json"), pause=0.05) as agency:
            assert agency.push("tax_arrears", folder / "rows.csv", sign=True)["accepted"] == 500
        cutter.server.shutdown(socket.SHUT_RDWR)
    assert cutter.cuts >= 2
    assert gateway.rows("SELECT count(*) FROM batch") == [(1,)]
