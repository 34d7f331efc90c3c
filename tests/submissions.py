"""What is handed in, without HTTP: taken in, decided on where it is held, read from sources."""

from connectors.catalogue.load import get_dataset
from gateway.intake import accepting, held
from gateway.intake.submission import Submission, digest_of, from_file
from gateway.intake.take_in import take_in
from gateway.runtime.actor import Actor, at_this_machine
from gateway.sources import life, pulls
from tests.actors import SYSTEM

CLERK = Actor("tax", "agency", person="person:clerk-1")


async def take_file(gateway, path, dataset="tax_arrears", batch="1", actor=None):
    """Take a file in and return its batch, and whether it was new."""
    submission = from_file(path, get_dataset(dataset), batch, digest_of(path), "file")
    return await take_in(gateway.units, actor or at_this_machine(), gateway.intake, submission)


async def take_table(gateway, dataset, batch, digest, read):
    """Take in what is read from no file."""
    submission = Submission(dataset, batch, digest, "file", read)
    return await take_in(gateway.units, at_this_machine(), gateway.intake, submission)


async def accept_held(gateway, held_id, actor=SYSTEM):
    return await accepting.accept_held(gateway.units, actor, gateway.intake, held_id)


async def discard_held(gateway, held_id, actor=SYSTEM):
    return await held.discard_held(gateway.units, actor, gateway.intake.spool, held_id)


async def expire_held(gateway):
    await held.expire_held(gateway.units, gateway.intake.spool)


def held_file(gateway, held_id):
    return held.held_file(gateway.intake.spool, held_id)


async def add_source(gateway, source_id, dataset, connector, config, every_seconds=3600):
    request = pulls.SourceRequest(source_id, dataset, connector, config, every_seconds)
    await pulls.add_source(gateway.units, at_this_machine(), request)


async def change_source(gateway, source_id, act):
    async with gateway.units.begin(f"source.{act}", SYSTEM) as work:
        await life.change_source(work, source_id, act)


async def pull_due(gateway):
    return await pulls.pull_due(gateway.units, gateway.intake)
