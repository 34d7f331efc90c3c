"""The log going out by syslog as it grows: RFC 5424 messages over TLS (RFC 5425), in the order of the tree.

1. Hold the position, for as long as one sending may take, and read the next leaves; commit.
2. Send them over a connection of their own, and see the receiver close it: what it has not read is sent anew.
3. Move the position, where it is still held; commit.
A worker that dies in between leaves them to be sent again: at least once, never out of order, never one left out.
"""

import asyncio
import json
import re
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from audit.following import leaves_from
from gateway.runtime.actor import PROGRAM
from gateway.runtime.database import rowcount
from gateway.runtime.errors import GatewayError
from gateway.runtime.settings import Settings
from gateway.runtime.work import UnitsOfWork

MOST_AT_ONCE = 500
TIMEOUT_SECONDS = 10.0
HELD_SECONDS = 60  # longer than a sending may take
PORT = 6514  # RFC 5425 4.1
AUDIT, WARNING, INFORMATIONAL = 13, 4, 6  # a facility and two severities (RFC 5424 6.2.1)
OURS = "xinqiao@32473"  # the number of examples (RFC 5612): we have none of our own
_SHOWN = ("type", "actor", "institution", "account", "outcome")
_REFUSED = re.compile(r"refused|denied|tampered|retired|suspended|reset|objected")
_HOLD = text("""
    INSERT INTO syslog_position AS p (log_id, next_index, holder, held_until)
    VALUES (:log, 0, :holder, clock_timestamp() + make_interval(secs => :seconds))
    ON CONFLICT (log_id) DO UPDATE
        SET holder = :holder, held_until = clock_timestamp() + make_interval(secs => :seconds)
    WHERE p.holder = :holder OR p.held_until IS NULL OR p.held_until < clock_timestamp()
    RETURNING next_index
""")
_MOVE = text("""
    UPDATE syslog_position SET next_index = :next
    WHERE log_id = :log AND next_index = :sent AND holder = :holder
""")


class SyslogError(GatewayError):
    """The receiver could not be reached, was not believed, or did not read everything."""


@dataclass(frozen=True)
class Receiver:
    """Where messages go, whom to believe there, and what we show of ourselves."""

    host: str
    port: int
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


def receiver_of(settings: Settings) -> Receiver | None:
    """Return the receiver that is set, None where there is none."""
    if not settings.syslog_address:
        return None
    host, _, port = settings.syslog_address.partition(":")
    return Receiver(host, int(port or PORT), settings.syslog_ca, settings.syslog_certificate, settings.syslog_key)


async def send_log(units: UnitsOfWork, receiver: Receiver, instance: str, holder: UUID) -> bool:
    """Send what the tree has grown by, and tell whether there may be more. Raises SyslogError.

    `holder` names this worker; while another one sends, nothing is done.
    """
    log_id = units.recorder.log_id
    log = {"log": log_id, "holder": holder}
    async with units.begin("syslog.read", PROGRAM) as work:
        held = await work.session.execute(_HOLD, {**log, "seconds": HELD_SECONDS})
        first = held.scalar_one_or_none()
        leaves = [] if first is None else await leaves_from(work.session, log_id, first, MOST_AT_ONCE)
    if not leaves:
        return False
    messages = [message_of(row.leaf, row.leaf_index, units.recorder.origin, instance) for row in leaves]
    await asyncio.to_thread(transmit, receiver, messages)
    async with units.begin("syslog.sent", PROGRAM) as work:
        moved = await work.session.execute(_MOVE, {**log, "sent": first, "next": leaves[-1].leaf_index + 1})
        return rowcount(moved) == 1 and len(leaves) == MOST_AT_ONCE


def message_of(leaf: bytes, index: int, origin: str, instance: str) -> bytes:
    """Return a leaf as a message: its members to filter by, and itself, so that the receiver can verify it. Pure."""
    said = json.loads(leaf)
    severity = WARNING if _REFUSED.search(f"{said['type']} {said.get('outcome') or ''}") else INFORMATIONAL
    named = {"log": origin, "index": index, **{name: said[name] for name in _SHOWN if said.get(name) is not None}}
    data = " ".join(f'{name}="{_escaped(str(value))}"' for name, value in named.items())
    header = f"<{AUDIT * 8 + severity}>1 {said['ts']} {_word(socket.gethostname(), 255)} xinqiao {_word(instance, 128)}"
    return f"{header} {_word(said['type'], 32)} [{OURS} {data}] \ufeff".encode() + leaf


def transmit(receiver: Receiver, messages: Sequence[bytes]) -> None:
    """Send messages, each with its length before it (RFC 5425 4.3), and see the connection closed. Raises SyslogError.

    The receiver closes after our closing notice; had it left something unread, its side would reset the connection.
    """
    try:
        context = ssl.create_default_context(cafile=receiver.ca)
        if receiver.certificate:
            context.load_cert_chain(receiver.certificate, receiver.key)
        with (
            socket.create_connection((receiver.host, receiver.port), TIMEOUT_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=receiver.host) as secured,
        ):
            secured.sendall(b"".join(b"%d %b" % (len(message), message) for message in messages))
            _close(secured)
    except OSError as fault:  # those of TLS too
        raise SyslogError(f"syslog {receiver.host}:{receiver.port}: {type(fault).__name__}") from fault


def _close(secured: ssl.SSLSocket) -> None:
    """Say that nothing more comes, and wait for the other end; many answer with the end of the connection alone."""
    try:
        secured.unwrap()
    except ssl.SSLEOFError:
        return


def _escaped(value: str) -> str:
    return re.sub(r'(["\\\]])', r"\\\1", value)


def _word(value: str, most: int) -> str:
    return re.sub(r"[^\x21-\x7e]", "?", value)[:most] or "-"
