"""The sandbox's processes: started for a city that is there, or for one that is built first."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial

from connectors.catalogue.load import get_dataset
from gateway.demo.cast import SHARES
from gateway.demo.city import build_city
from gateway.demo.command_line import CommandLine
from gateway.demo.handout import KEYS, read_handout, write_handout
from gateway.demo.instance import today
from gateway.demo.records import hand_in
from gateway.demo.sandbox import HANDOUT, Sandbox, delete
from gateway.demo.town import Town, introduce, lasting_town, leased, running
from signing.keys import load_key


@contextmanager
def building(sandbox: Sandbox, run: CommandLine) -> Iterator[Town]:
    """Build a sandbox, its commands run by `run`; its gateway then runs for the length of the block.

    Raises DemoError; of one that could not be built nothing is left.
    """
    town, built = lasting_town(run, sandbox.home, sandbox.port), False
    try:
        with leased(sandbox.home):
            for platform in town.platforms():
                platform.cli("init")
            with running([town.gateway], fresh=True, meanwhile=partial(introduce, town)):
                _build(town, sandbox)
                built = True
                yield town
    finally:
        if not built:
            delete(sandbox)


@contextmanager
def serving(sandbox: Sandbox, run: CommandLine) -> Iterator[Town]:
    """Run a sandbox that is built for the length of the block. Raises DemoError."""
    town = lasting_town(run, sandbox.home, sandbox.port)
    with leased(sandbox.home), running(town.instances(), fresh=False):
        _deliver_again(town, sandbox)
        yield town


def settle(town: Town, enterprises: int) -> str:
    """Make a sandbox of a town that runs already, in the town's own folder; return what a newcomer is told.

    Raises DemoError.
    """
    home, port = town.gateway.home.parent, int(town.gateway.issuer.rpartition(":")[2])
    sandbox = Sandbox(home, home / HANDOUT, port, enterprises)
    _build(town, sandbox)
    return read_handout(sandbox.folder)


def _build(town: Town, sandbox: Sandbox) -> None:
    city = build_city(town.gateway, sandbox.enterprises, today())
    for of_a_night in (("scan",), ("network", "compute"), ("risk", "judge")):  # a newcomer does not wait for the first
        town.gateway.cli(*of_a_night)
    write_handout(sandbox.folder, town.gateway, city)
    replace(sandbox, built=True, built_on=today().isoformat()).write()


def _deliver_again(town: Town, sandbox: Sandbox) -> None:
    """Hand in once more, on another day, what the city was built with: of what agencies no longer deliver nothing is
    known. Left out where the agencies' keys were taken out of the folder.
    """
    if sandbox.built_on in {"", today().isoformat()}:
        return
    for dataset in SHARES:
        agency = get_dataset(dataset).agency
        key = sandbox.folder / KEYS / f"{agency}.json"
        if key.is_file():
            town.gateway.keys[agency] = load_key(key)
            hand_in(town.gateway, dataset, sandbox.enterprises, date.fromisoformat(sandbox.built_on))
