"""The sandbox's processes: started for a city that is there, or for one that is built first."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from gateway.demo.city import build_city
from gateway.demo.command_line import CommandLine
from gateway.demo.handout import read_handout, write_handout
from gateway.demo.instance import today
from gateway.demo.sandbox import HANDOUT, Sandbox, delete
from gateway.demo.town import Town, lasting_town, running


@contextmanager
def opened(sandbox: Sandbox, run: CommandLine) -> Iterator[tuple[Town, str]]:
    """Run a sandbox for the length of the block, built first where it is not; its commands are run by `run`.

    Gives the town and what a newcomer is told. Raises DemoError; of one that could not be built nothing is left.
    """
    town, built = lasting_town(run, sandbox.home, sandbox.port), sandbox.built
    try:
        with running(town, sandbox.home, fresh=not built):
            told = read_handout(sandbox.folder) if built else _build(town, sandbox)
            built = True
            yield town, told
    finally:
        if not built:
            delete(sandbox)


def settle(town: Town, enterprises: int) -> str:
    """Make a sandbox of a town that runs already, in the town's own folder; return what a newcomer is told.

    Raises DemoError.
    """
    home, port = town.gateway.home.parent, int(town.gateway.issuer.rpartition(":")[2])
    return _build(town, Sandbox(home, home / HANDOUT, port, enterprises))


def _build(town: Town, sandbox: Sandbox) -> str:
    city = build_city(town.gateway, sandbox.enterprises, today())
    told = write_handout(sandbox.folder, town.gateway, city)
    replace(sandbox, built=True).write()
    return told
