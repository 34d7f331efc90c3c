"""What tests of the column store need: a few declared sources, records handed in, and the store as a table."""

from gateway.runtime.actor import PROGRAM
from gateway.scores.append import append
from gateway.scores.build import build
from gateway.scores.listing import list_files, load_days
from gateway.scores.sources import held_in_store
from gateway.scores.store import ColumnStore
from scoring_adapter.columns.content import content_digest
from scoring_adapter.columns.place import FolderPlace
from scoring_adapter.tags.declaration import Column, Source

SOURCES = {
    "penalty_general": Source(
        at="decided",
        columns={
            "decided": Column(as_="day", of="cf_jdrq"),
            "fine": Column(as_="money", of="cf_nr_fk", unit="万元"),
            "document": Column(as_="key", of="cf_wsh"),
        },
    ),
    "tax_arrears": Source(columns={"amount": Column(as_="money", of="balance", unit="元")}),
}


def column_store(folder, sources=SOURCES):
    return ColumnStore(FolderPlace(folder), held_in_store(sources))


async def catch_up(gateway, store, actor=PROGRAM):
    """Take up all that is due; return how many bites it took."""
    bites = 1
    while await append(gateway.units, store.place, store.sources, actor):
        bites += 1
    return bites


async def rebuild_all(gateway, store):
    for source in store.sources.values():
        await build(gateway.units, store.place, source, PROGRAM)


async def digests(gateway, store):
    """Return what each dataset's days hold, by the digests that events name."""
    async with gateway.units.begin("test.digests", PROGRAM) as work:
        return {
            (name, day): (held.rows, content_digest(name, day, source.columns, held.content))
            for name, source in store.sources.items()
            for day, held in (await load_days(work.session, name)).items()
        }


async def table(gateway, store, dataset="penalty_general"):
    """Return the rows of a dataset, in the order of batches and leaves."""
    async with gateway.units.begin("test.table", PROGRAM) as work:
        files = await list_files(work.session)
    return store.tables(files)[dataset].collect().sort("batch", "leaf", "shown_from")
