"""Starts `xinqiao` processes by forking one that has the libraries loaded: loading them is most of a short command.

Commands load the program itself anew in each process, so that a module which relies on what another one imported fails
as it would from a shell. `serve` and `worker`, started hundreds of times, come from a second launcher, forked from the
first, that has the application loaded: loading it is most of their start. tests/house/test_demo.py, the sandbox's tests
and the documented shell commands start `xinqiao` from nothing, `serve` and `worker` too.

Each request comes with three open files: standard output, standard error, and a socket on which the new process's id
and later its exit status are told.
"""

import gc
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import sys
from contextlib import suppress

PROGRAM = ("signing", "connectors", "consent", "audit", "scoring_adapter", "gateway", "xinqiao_client", "tests")
MOST_BYTES = 200_000


def load_libraries() -> None:
    """Import what the program imports, but not the program: a child tries and tells the names."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        for module in pkgutil.walk_packages(importlib.import_module("gateway").__path__, "gateway."):
            importlib.import_module(module.name)
        # The program imports these as it runs.
        for name in ("alembic.command", "connectors.store.taking", "procrastinate", "uvicorn", "uvloop"):
            importlib.import_module(name)
        with os.fdopen(writing, "w") as told:
            json.dump([name for name in sys.modules if name.split(".")[0] not in PROGRAM], told)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        names = json.load(told)
    os.wait()
    for name in names:
        with suppress(ImportError):  # some name themselves as nothing can import them
            importlib.import_module(name)
    gc.freeze()  # what is loaded stays shared: nobody looks through it for garbage


def load_application(requests: socket.socket) -> None:
    """Once the first process is asked for: import what the service is made of; the worker's own module stays out."""
    requests.recv(1, socket.MSG_PEEK)
    importlib.import_module("gateway.app")
    gc.freeze()


def listen(requests: socket.socket) -> dict | None:
    """Start what is asked for until the requests end. In a new process: return what it is to run."""
    running = selectors.DefaultSelector()
    running.register(requests, selectors.EVENT_READ)
    while True:
        for key, _ in running.select():
            if key.data:
                tell_end(running, key)
                continue
            message, files, _, _ = socket.recv_fds(requests, MOST_BYTES, 3)
            if not message:
                end_all(running)
                return None
            process = os.fork()
            if process == 0:
                become(files, running)
                return json.loads(message)
            os.close(files[0])
            os.close(files[1])
            teller = socket.socket(fileno=files[2])
            teller.send(str(process).encode())
            running.register(os.pidfd_open(process), selectors.EVENT_READ, (process, teller))


def tell_end(running: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
    """Tell the exit status of a process that has ended."""
    process, teller = key.data
    _, status = os.waitpid(process, 0)
    with teller, suppress(BrokenPipeError):
        teller.send(str(os.waitstatus_to_exitcode(status)).encode())
    running.unregister(key.fileobj)
    os.close(key.fd)


def end_all(running: selectors.BaseSelector) -> None:
    """End what outlived the tests, as after a run that was interrupted."""
    for key in running.get_map().values():
        if key.data:
            os.killpg(key.data[0], signal.SIGTERM)


def become(files: list[int], running: selectors.BaseSelector) -> None:
    """Make this a process of its own, in a group of its own, that writes where it was told."""
    for key in running.get_map().values():
        if key.data:
            os.close(key.fd)
            key.data[1].close()
    running.close()
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, file in zip((1, 2), files, strict=False):
        os.dup2(file, number)
    for file in files:
        os.close(file)


def main() -> None:
    for_commands, for_services = (socket.socket(fileno=int(number)) for number in sys.argv[1:])
    load_libraries()
    second = os.fork()
    requests, others = (for_commands, for_services) if second else (for_services, for_commands)
    others.close()
    if not second:
        load_application(requests)
    with requests:
        wanted = listen(requests)
    if second and not wanted:
        os.waitpid(second, 0)
    if wanted:
        os.environ.clear()
        os.environ.update(wanted["env"])
        sys.argv = [wanted["module"], *wanted["arguments"]]
        runpy.run_module(wanted["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
