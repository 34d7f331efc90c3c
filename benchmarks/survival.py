"""What an honest client sees while others do their worst: its longest wait, its refused requests, the memory it takes.

python benchmarks/survival.py [seconds] [attack …]. One process of the service on one machine with its attackers; the
honest client asks a question that is signed, charged and recorded every tenth of a second. The service may take
LARGEST_MEMORY, kept by the kernel where the machine lends control groups; ends with 1 where it took more.
"""

import asyncio
import multiprocessing
import resource
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, suppress
from uuid import uuid4

import psutil
from bounded import bounded, forget_peak, peak
from one_bank import BODY, authoriser, prepare
from place import place

PORT = 8731
EVERY_SECONDS = 0.1
PATIENCE_SECONDS = 30.0
LARGEST_MEMORY = 512 * 1024 * 1024
MIB = 1024 * 1024
POST = "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\n{length}\r\n"


async def exchange(source: str, pieces: AsyncIterator[bytes]) -> None:
    """Send pieces from an address until the other side has had enough, and wait for what it says."""
    with suppress(OSError, asyncio.IncompleteReadError):
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT, local_addr=(source, 0))
        try:
            async for piece in pieces:
                writer.write(piece)
                await writer.drain()
                if reader.at_eof():
                    break
            async with asyncio.timeout(PATIENCE_SECONDS):
                await reader.read(1000)
        finally:
            writer.transport.abort()


def head(path: str, kind: str = "application/json", length: str = "Transfer-Encoding: chunked\r\n") -> bytes:
    """Return the head of a request without a token."""
    return POST.format(path=path, kind=kind, length=length).encode()


async def body(size: int) -> AsyncIterator[bytes]:
    """A body of empty lists, which take much memory when they are read."""
    yield head("/v1/inquiries", length=f"Content-Length: {size}\r\n")
    for _ in range(size // MIB):
        yield b"[" * MIB


async def silence() -> AsyncIterator[bytes]:
    """Nothing, for as long as the other side bears it."""
    yield b""


async def trailers() -> AsyncIterator[bytes]:
    """A body that has ended, and trailers that do not."""
    yield head("/v1/inquiries") + b"1\r\n1\r\n0\r\n"
    while True:
        yield b"X-1: y\r\n" * 8192


async def slow_head() -> AsyncIterator[bytes]:
    """A head that comes byte by byte."""
    yield b"GET /livez HTTP/1.1\r\nHost: x\r\nX: "
    while True:
        await asyncio.sleep(0.5)
        yield b"x"


async def sign_in() -> AsyncIterator[bytes]:
    """Somebody who guesses the first operator's password."""
    form = b"person=operator-1&password=wrong-password-1&code=000000"
    kind, length = "application/x-www-form-urlencoded", f"Content-Length: {len(form)}\r\n"
    yield head("/console/sign-in", kind, f"{length}Origin: http://127.0.0.1:{PORT}\r\nConnection: close\r\n") + form


ATTACKS: dict[str, tuple[Callable[[], AsyncIterator[bytes]], int, float]] = {
    # what each of them sends, how many at once, how many are begun a second at most
    "30 MB bodies": (lambda: body(30 * MIB), 4, 1000),
    "200 MB bodies": (lambda: body(200 * MIB), 4, 1000),
    "3000 idle connections": (silence, 3000, 2000),
    "endless trailers": (trailers, 8, 1000),
    "slow heads": (slow_head, 500, 1000),
    "100 sign-ins a second": (sign_in, 1000, 100),
}


async def _attack(name: str, seconds: float) -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    pieces, at_once, a_second = ATTACKS[name]
    places, begun = asyncio.Semaphore(at_once), 0

    async def one() -> None:
        await exchange(f"127.0.{1 + begun % 20}.1", pieces())
        places.release()

    started, tasks = time.monotonic(), set()
    while (elapsed := time.monotonic() - started) < seconds and parent.is_alive():
        if begun > elapsed * a_second:
            await asyncio.sleep(0.005)
            continue
        await places.acquire()
        begun += 1
        tasks.add(task := asyncio.create_task(one()))
        task.add_done_callback(tasks.discard)


def attack(name: str, seconds: float) -> None:
    """Run an attack in this process."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(_attack(name, seconds))


async def honest(authorise: Callable[[], str], seconds: float) -> tuple[list[float], int]:
    """Ask every tenth of a second, whether the one before is answered or not; return the waits and the refusals."""
    waits: list[float] = []
    refused = 0

    async def ask() -> None:
        nonlocal refused
        started, first = time.monotonic(), b""
        request = (
            f"POST /v1/inquiries HTTP/1.1\r\nHost: x\r\n{authorise()}Idempotency-Key: {uuid4()}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\nConnection: close\r\n\r\n"
        )
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
                writer.write(request.encode() + BODY)
                first = await reader.readline()
                writer.close()
        waits.append(time.monotonic() - started)
        refused += not first.startswith(b"HTTP/1.1 200")

    tasks: list[Awaitable[None]] = []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        tasks.append(asyncio.create_task(ask()))
        await asyncio.sleep(EVERY_SECONDS)
    await asyncio.gather(*tasks)
    return waits, refused


def main(seconds: float, names: list[str]) -> int:
    """Print a line for each attack, and return whether the service took too much memory."""
    most = 0
    with ExitStack() as stack:
        folder = stack.enter_context(place())
        group = stack.enter_context(bounded(LARGEST_MEMORY))
        instance = prepare(folder, group.entered())
        stack.callback(instance.wait_ended)
        stack.callback(instance.end)
        instance.start("worker")  # or the log would be unsigned for so long that nothing is answered
        service = psutil.Process(instance.processes["serve"].pid)
        for name in ["nothing", *names]:
            forget_peak(service)
            waits, refused = measured(authoriser(instance), name, seconds)
            memory = peak(service)
            most = max(most, memory)
            print(f"{name:22} asked {len(waits):4}, refused {refused:3}, longest wait {max(waits) * 1000:6.0f} ms, "
                  f"median {sorted(waits)[len(waits) // 2] * 1000:4.0f} ms, memory {memory / MIB:4.0f} MB",
                  flush=True)  # fmt: skip
        print(group.told)
    return int(most > LARGEST_MEMORY)


def measured(authorise: Callable[[], str], name: str, seconds: float) -> tuple[list[float], int]:
    """Return the waits and the refusals of the honest client under an attack, or under nothing."""
    attacker = multiprocessing.get_context("spawn").Process(target=attack, args=(name, seconds + 1), daemon=True)
    if name in ATTACKS:
        attacker.start()
        time.sleep(1)
    found = asyncio.run(honest(authorise, seconds))
    if name in ATTACKS:
        attacker.join()
    return found


if __name__ == "__main__":
    given = sys.argv[1:]
    if unknown := set(given[1:]) - set(ATTACKS):
        sys.exit(f"no such attacks: {', '.join(sorted(unknown))}; there are: {', '.join(ATTACKS)}")
    sys.exit(main(float(given[0]) if given else 60.0, given[1:] or list(ATTACKS)))
