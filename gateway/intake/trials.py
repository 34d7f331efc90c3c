"""A dry run: what would become of a file, judged as handing it in would be; nothing of it is stored."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from connectors.catalogue.trial import OUTCOMES, Trial, try_rows
from connectors.conversion.binding import Binding
from connectors.conversion.binding_errors import MissingColumnsError
from connectors.decoding.decode import Row, decode
from connectors.decoding.layout import Layout, lay_out
from connectors.drafting.unread import Leftovers, UnreadColumn
from connectors.errors import ConnectorError
from connectors.model.datasets import Dataset
from connectors.personal.sealing import Protector
from connectors.quality.drift import Finding
from gateway.intake.judging import foresee
from gateway.intake.list_foresight import ListForesight, foresee_list
from gateway.intake.storing import refuse_corrections
from gateway.intake.submission import Intake
from gateway.runtime.actor import Actor
from gateway.runtime.clock import now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork, UnitsOfWork

FIRST_ROWS, MOST_LOOKED_AT = 5, 10_000


@dataclass(frozen=True)
class Tried:
    """What came of a dry run, the columns that were not read, why the file would be held, and what it would end.

    `findings` is None where it was not compared with what was handed in before; `listed` where it is no full list, too.
    """

    trial: Trial
    unread: list[UnreadColumn]
    findings: list[Finding] | None = None
    listed: ListForesight | None = None


@dataclass(frozen=True)
class Lacking:
    """A file that lacks required columns: the mapping nearest to it, the columns left over, its first rows."""

    binding: Binding
    unread: list[UnreadColumn]
    rows: Sequence[list[str]]


def try_file(
    dataset: Dataset, path: Path, rows: int | None, progress: Callable[[int], None] = lambda _rows: None
) -> Tried:
    """Try a file, or its first rows; `progress` is told how many were read.

    Raises ConnectorError where it would be refused as a whole.
    """
    table = decode(path)
    refuse_corrections(table)
    layout = lay_out(dataset, table)
    leftovers = Leftovers(layout.binding)
    trial = try_rows(leftovers.watch(layout), now().date(), rows, progress)
    return Tried(trial, leftovers.columns())


def look_at_lacking(path: Path, fault: ConnectorError) -> Lacking | None:
    """Return what can be said of a file's columns although required ones are missing; None for any other fault."""
    if not isinstance(fault, MissingColumnsError) or fault.nearest is None or not fault.nearest.found:
        return None  # it is no table of this dataset at all
    binding, table = fault.nearest, decode(path)
    rows = table.rows if table.header == binding.header else _below(table.rows, binding.header)
    leftovers, first = Leftovers(binding), []
    watched = leftovers.watch(Layout(replace(table, rows=rows), binding, [])).table.rows
    for _, cells in islice(watched, MOST_LOOKED_AT):
        first.append(cells)
    return Lacking(binding, leftovers.columns(), first[:FIRST_ROWS])


def _below(rows: Iterator[Row], header: Sequence[str]) -> Iterator[Row]:
    """Yield the rows below a header that is not the first row; none where it is made of two."""
    found = False
    for number, cells in rows:
        if found:
            yield number, cells
        found = found or [cell.strip() for cell in cells] == list(header)


async def check_sample(
    units: UnitsOfWork, actor: Actor, intake: Intake, dataset: Dataset, path: Path, digest: bytes, rows: int | None
) -> Tried:
    """Try a file, in its turn; that it was looked at is recorded, nothing of it is stored. Raises DeniedError."""
    async with intake.gate.admit(dataset, path.stat().st_size):
        try:
            tried = await asyncio.to_thread(try_file, dataset, path, rows)
        except ConnectorError as fault:
            raise DeniedError("malformed-delivery", str(fault)) from fault
        return await compare_sample(units, actor, intake.protector, tried, path, digest)


async def compare_sample(
    units: UnitsOfWork, actor: Actor, protector: Protector, tried: Tried, path: Path, digest: bytes
) -> Tried:
    """Return what was tried with the reasons why it would be held, and what it would end; that it was looked at is
    recorded.

    Values and keys are compared where the whole file was tried.
    """
    trial = tried.trial
    payload = {
        "dataset": trial.layout.binding.dataset.dataset,
        "digest": digest.hex(),
        **{name: trial.counts[name] for name in OUTCOMES},
    }
    async with units.begin("sample.check", actor) as work:
        compared = await compare(work, protector, tried, path)
        await work.record("sample.checked", payload, outcome="checked")
    return compared


async def compare(work: UnitOfWork, protector: Protector, tried: Tried, path: Path) -> Tried:
    """Return what was tried, compared with what was handed in before; a list is judged last, as it is taken in."""
    trial, dataset = tried.trial, tried.trial.layout.binding.dataset
    findings = await foresee(work.session, trial.layout, trial.profile() if trial.whole else None)
    listed = None
    if trial.whole and dataset.delivery == "full_list":
        layout = await asyncio.to_thread(lambda: lay_out(dataset, decode(path)))
        listed = await foresee_list(work, protector, layout)
    excess = [listed.excess] if listed and listed.excess else []
    return replace(tried, findings=findings or excess, listed=listed)
