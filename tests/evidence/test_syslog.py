"""The log goes out by syslog: a real listener over TLS takes the messages, breaks off, and misses none."""

import json
import re
import socket
import ssl
import struct
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import text

from gateway.evidence import syslog
from gateway.evidence.syslog import Receiver, SyslogError, message_of, send_log
from gateway.worker import STEPS
from tests.actors import OPERATOR

MESSAGE = re.compile(
    rb"<(\d+)>1 (\S+) (\S+) xinqiao gateway (\S+) \[xinqiao@32473 (.*?[^\\])\] \xef\xbb\xbf(\{.*\})", re.DOTALL
)


def certify(folder):
    """Make a certificate of this machine's own, and return where it and its key stand."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "syslog")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    return folder / "cert.pem", folder / "key.pem"


class Listener:
    """A receiver of RFC 5425; it breaks the next connections off after so many bytes, unread ones left behind."""

    def __init__(self, folder):
        self.certificate, key = certify(folder)
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(self.certificate, key)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.messages, self.break_off = [], False
        threading.Thread(target=self.run, daemon=True).start()

    @property
    def receiver(self):
        return Receiver("127.0.0.1", self.socket.getsockname()[1], ca=self.certificate)

    def run(self):
        while True:
            try:
                plain, _ = self.socket.accept()
            except OSError:
                return
            try:
                with self.context.wrap_socket(plain, server_side=True) as secured:
                    if self.break_off:
                        secured.recv(10)
                        secured.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        continue
                    read = b""
                    while piece := secured.recv(65536):
                        read += piece
                    self.messages += frames(read)
            except OSError:
                continue


def frames(read):
    """Split what was read by the length before each message (RFC 5425 4.3)."""
    found = []
    while read:
        length, _, read = read.partition(b" ")
        found.append(read[: int(length)])
        read = read[int(length) :]
    return found


@pytest.fixture
def listener(tmp_path):
    opened = Listener(tmp_path)
    yield opened
    opened.socket.close()


@pytest.fixture
async def send(gateway, listener):
    """Send all there is, from the beginning, as one worker; what the receiver read."""
    async with gateway.database.begin("test.begin") as session:
        await session.execute(text("UPDATE syslog_position SET next_index = 0, held_until = NULL"))

    async def run(holder=None):
        await STEPS["sequence"][0](gateway)
        holder = holder or uuid4()
        while await send_log(gateway.units, listener.receiver, "gateway", holder):
            pass
        async with gateway.database.begin("test.free") as session:
            await session.execute(text("UPDATE syslog_position SET held_until = NULL"))
        return indexes(listener)

    return run


def indexes(listener):
    return [int(re.search(rb'index="(\d+)"', message)[1]) for message in listener.messages]


async def happen(gateway, times=1):
    async with gateway.units.begin("test.event", OPERATOR) as work:
        for number in range(times):
            payload = {"client": "c", "reason": f"SECRET {number}"}
            await work.record("client.suspended", payload, outcome='sus"pend]ed\\')


async def test_every_entry_goes_out_in_order_and_only_what_a_leaf_shows(gateway, listener, send):
    await happen(gateway)
    assert await send() == list(range(len(listener.messages)))
    for message in listener.messages:
        priority, moment, _, kind, data, leaf = MESSAGE.fullmatch(message).groups()
        said = json.loads(leaf)
        assert (said["type"].encode()[:32], said["ts"].encode()) == (kind, moment)
        assert priority in {b"108", b"110"}
        assert f'actor="{said["actor"]}"'.encode() in data
    last = listener.messages[-1]
    assert (last.startswith(b"<108>1 "), rb'outcome="sus\"pend\]ed\\"' in last) == (True, True)
    assert b"SECRET" not in b"".join(listener.messages)


async def test_what_follows_is_sent_once_and_nothing_twice(gateway, listener, send):
    before = len(await send())
    await happen(gateway, 3)
    assert (await send())[before:] == [before, before + 1, before + 2]
    assert len(await send()) == before + 3


async def test_a_receiver_that_breaks_off_gets_them_again(gateway, listener, send, monkeypatch):
    await happen(gateway, 5)
    listener.break_off = True
    with pytest.raises(SyslogError):
        await send()
    listener.break_off = False
    monkeypatch.setattr(syslog, "MOST_AT_ONCE", 2)
    assert await send(await holder_of(gateway)) == list(range(len(listener.messages)))
    assert len(listener.messages) >= 5


async def holder_of(gateway):
    async with gateway.database.begin("test.holder") as session:
        return (await session.execute(text("SELECT holder FROM syslog_position"))).scalar_one()


async def test_while_one_worker_sends_no_other_does(gateway, listener, send):
    await send()
    async with gateway.database.begin("test.held") as session:
        query = "UPDATE syslog_position SET holder = :other, held_until = clock_timestamp() + interval '1 minute'"
        await session.execute(text(query), {"other": uuid4()})
    await happen(gateway)
    before = len(listener.messages)
    assert len(await send()) == before
    assert len(await send()) == before + 1  # the other one's time is over


async def test_a_receiver_nobody_vouches_for_is_sent_nothing(gateway, listener, send):
    stranger = Receiver("127.0.0.1", listener.receiver.port)
    await STEPS["sequence"][0](gateway)
    with pytest.raises(SyslogError, match="SSLCertVerificationError"):
        await send_log(gateway.units, stranger, "gateway", uuid4())
    assert listener.messages == []


def test_an_odd_name_breaks_no_header():
    leaf = json.dumps({"type": "a.b", "ts": "2026-11-27T00:00:00Z", "actor": "张三"}).encode()
    assert b" xinqiao ?? a.b [" in message_of(leaf, 7, "x/audit", "城 "[:2])
