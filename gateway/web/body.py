"""A delivery's body, written to disk as it arrives: bounded in size and time, unpacked from gzip, digests checked.

`Content-Digest` (RFC 9530 2) is over the bytes on the wire; the delivery's own digest is over the file they unpack to,
so that a file sent plain and sent packed is the same batch.
"""

import asyncio
import base64
import hashlib
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import http_sf
from fastapi import Request
from starlette.requests import ClientDisconnect

from gateway.runtime.denial import DeniedError

IDLE_SECONDS = 60.0
PIECE_BYTES = 1024 * 1024
MOST_TIMES = 200  # rows of numbers pack 10 to 40 times; 1000 times is a bomb
MOST_MEMBERS = 10_000  # of a packed body; tools that pack in blocks begin one for every 64 KB or more
SLICE_BYTES = 64 * 1024  # unpacked at a time: what is left of a slice is copied for every member in it
TRUSTED_BYTES = 4 * 1024 * 1024  # small files may be as repetitive as they like
ENCODINGS = "gzip, identity"


@dataclass(frozen=True)
class Received:
    """SHA-256 and size of the file as it lies on the disk, and SHA-256 of what came over the wire."""

    digest: bytes
    size: int
    wire_digest: bytes


class _Unpacker(Protocol):
    def feed(self, chunk: bytes) -> Iterator[bytes]: ...

    def finish(self) -> None: ...


async def receive(request: Request, path: Path, most: int) -> Received:
    """Write a request's body to `path`. Raises DeniedError where it is too large, torn, or another than told."""
    unpacker, written, wire, size = _unpacker_of(request), hashlib.sha256(), hashlib.sha256(), 0
    check_announced(request, most)
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        raise DeniedError(
            "unsupported-encoding",
            "请直接发送文件内容，不要用表单 Send the file itself, not a form: curl --data-binary @FILE, not -F.",
        )
    with path.open("wb") as file:
        async for chunk in chunks_of(request):
            wire.update(chunk)
            for piece in unpacker.feed(chunk):
                size += len(piece)
                if size > most:
                    raise too_large(most)
                written.update(piece)
                file.write(piece)
                if size > PIECE_BYTES or not piece:
                    await asyncio.sleep(0)  # others are served between the pieces of a large file, and its members
    unpacker.finish()
    received = Received(written.digest(), size, wire.digest())
    _check_digest(request, received.wire_digest)
    return received


async def chunks_of(request: Request) -> AsyncIterator[bytes]:
    """Yield the body as it comes. Raises DeniedError where the sender hangs up or falls silent."""
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except (ClientDisconnect, TimeoutError) as fault:
            raise DeniedError(
                "delivery-torn", "连接在传输中断开，没有收下任何内容 The connection broke; nothing was taken in."
            ) from fault
        yield chunk


def check_announced(request: Request, most: int) -> None:
    """Refuse a body that announces more than may come, before it is read."""
    if announces_more(request, most):
        raise too_large(most)


def announces_more(request: Request, most: int) -> bool:
    """Tell whether a request says that its body is larger than this; one that says nothing does not."""
    announced = request.headers.get("content-length", "").lstrip("0")
    return announced.isdecimal() and (len(announced) > len(str(most)) or int(announced) > most)


def too_large(most: int) -> DeniedError:
    """Say that a delivery is larger than it may be."""
    return DeniedError(
        "delivery-too-large",
        f"一次提交最多 {most} 字节，请分批或用断点续传 A submission holds at most {most} bytes: split it, or upload it "
        "in pieces at …/uploads.",
    )


def _unpacker_of(request: Request) -> _Unpacker:
    codings = [coding.strip().lower() for coding in request.headers.get("content-encoding", "").split(",")]
    match [coding for coding in codings if coding not in {"", "identity"}]:
        case []:
            return _Plain()
        case ["gzip"] | ["x-gzip"]:
            return _Gzip()
    raise DeniedError(
        "unsupported-encoding",
        f"不支持此压缩方式，请用 {ENCODINGS} This Content-Encoding is not supported: use {ENCODINGS}.",
        headers={"Accept-Encoding": ENCODINGS},  # RFC 9110 15.5.16
    )


class _Plain:
    def feed(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk

    def finish(self) -> None:
        """Nothing is left over."""


class _Gzip:
    """Unpacks gzip (RFC 1952), member after member, piece by piece."""

    def __init__(self) -> None:
        self._member, self._members, self._packed, self._unpacked = zlib.decompressobj(31), 1, 0, 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what the chunk unpacks to; nothing between two members, so that whoever reads can let others go on."""
        self._packed += len(chunk)
        for at in range(0, len(chunk), SLICE_BYTES):
            yield from self._unpack(chunk[at : at + SLICE_BYTES])

    def _unpack(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            if self._member.eof:
                self._begin_member()
                yield b""
            try:
                piece = self._member.decompress(chunk, PIECE_BYTES)
            except zlib.error as fault:
                raise _not_gzip() from fault
            self._unpacked += len(piece)
            if self._unpacked > TRUSTED_BYTES and self._unpacked > MOST_TIMES * self._packed:
                raise DeniedError(
                    "delivery-too-large",
                    f"压缩比过高，请不压缩发送 It unpacks to over {MOST_TIMES} times its size.",
                )
            if piece:
                yield piece
            chunk = self._member.unconsumed_tail or self._member.unused_data

    def _begin_member(self) -> None:
        self._member, self._members = zlib.decompressobj(31), self._members + 1
        if self._members > MOST_MEMBERS:
            raise DeniedError(
                "delivery-too-large",
                f"gzip 段数过多，请重新压缩 It has more than {MOST_MEMBERS} gzip members: pack it anew.",
            )

    def finish(self) -> None:
        if not self._member.eof:
            raise _not_gzip()


def _not_gzip() -> DeniedError:
    return DeniedError("malformed-delivery", "gzip 数据损坏或不完整 The body is no whole gzip (RFC 1952).")


def read_digest(request: Request, name: str) -> bytes | None:
    """Return the sha-256 of a digest field (RFC 9530 2, 3), None where there is no field. Raises DeniedError."""
    lines = request.headers.getlist(name)
    if not lines:
        return None
    try:
        named = http_sf.parse(", ".join(lines).encode(), tltype="dictionary")
    except (http_sf.StructuredFieldError, ValueError) as fault:
        raise DeniedError("invalid-request", f"{name} 不是字典 is not a dictionary (RFC 9530).") from fault
    told = named["sha-256"] if isinstance(named, dict) and "sha-256" in named else None
    if not (isinstance(told, tuple) and isinstance(told[0], bytes)):
        raise DeniedError(
            "invalid-request", f"{name} 须含 sha-256 must give sha-256.", headers={f"Want-{name}": "sha-256=1"}
        )
    return told[0]


def _check_digest(request: Request, wire: bytes) -> None:
    if read_digest(request, "Content-Digest") not in {None, wire}:
        raise DeniedError(
            "digest-mismatch",
            "收到的内容与 Content-Digest 不符，请重新发送 What arrived is not what Content-Digest says: send it again. "
            f"sha-256=:{base64.b64encode(wire).decode()}:",
        )
