"""What a dry run says: one document for the interface and for scripts, and a workbook of the rows it would refuse."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from connectors.catalogue.trial import OUTCOMES, Trial, kept_cells, try_rows
from connectors.decoding.decode import decode
from connectors.decoding.layout import lay_out
from connectors.decoding.trial_rows import TRIAL_HEADINGS
from connectors.drafting.draft import Draft
from connectors.drafting.draft_text import write_snippet
from connectors.drafting.unread import Leftovers, UnreadColumn
from connectors.errors import ConnectorError
from connectors.model.datasets import Dataset
from connectors.quality.drift import Finding
from connectors.store.refused import FIRST_NUMBERS, MOST_SENTENCES, Refusal
from gateway.intake.gate import IntakeGate
from gateway.intake.held_loss import with_loss
from gateway.intake.judging import foresee
from gateway.intake.storing import refuse_corrections
from gateway.runtime.actor import Actor
from gateway.runtime.clock import now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork

SHOWN_ROWS = 20


@dataclass(frozen=True)
class Tried:
    """What came of a dry run, the columns that were not read, and why the file would be held.

    `findings` is None where it was not compared with what was handed in before.
    """

    trial: Trial
    unread: list[UnreadColumn]
    findings: list[Finding] | None = None


def try_file(dataset: Dataset, path: Path, rows: int | None) -> Tried:
    """Try a file, or its first rows. Raises ConnectorError where it would be refused as a whole."""
    table = decode(path)
    refuse_corrections(table)
    layout = lay_out(dataset, table)
    leftovers = Leftovers(layout.binding)
    trial = try_rows(leftovers.watch(layout), now().date(), rows)
    return Tried(trial, leftovers.columns())


async def check_sample(
    units: UnitsOfWork, actor: Actor, gate: IntakeGate, dataset: Dataset, path: Path, digest: bytes, rows: int | None
) -> Tried:
    """Try a file, in its turn; that it was looked at is recorded, nothing of it is stored. Raises DeniedError."""
    async with gate.admit(dataset, path.stat().st_size):
        try:
            tried = await asyncio.to_thread(try_file, dataset, path, rows)
        except ConnectorError as fault:
            raise DeniedError("malformed-delivery", str(fault)) from fault
    return await compare_sample(units, actor, tried, digest)


async def compare_sample(units: UnitsOfWork, actor: Actor, tried: Tried, digest: bytes) -> Tried:
    """Return what was tried with the reasons why it would be held; that it was looked at is recorded.

    Values are compared where the whole file was tried.
    """
    trial = tried.trial
    payload = {
        "dataset": trial.layout.binding.dataset.dataset,
        "digest": digest.hex(),
        **{name: trial.counts[name] for name in OUTCOMES},
    }
    async with units.begin("sample.check", actor) as work:
        findings = await foresee(work.session, trial.layout, trial.profile() if trial.whole else None)
        await work.record("sample.checked", payload, outcome="checked")
    return replace(tried, findings=findings)


def trial_document(tried: Tried) -> dict[str, Any]:
    """Return what would become of the rows, the first refused ones, how often each field is filled, what is unread."""
    trial = tried.trial
    layout, binding = trial.layout, trial.layout.binding
    return {
        "dataset": binding.dataset.dataset,
        "agency": binding.dataset.agency,
        "mapping": f"{binding.mapping.id}/{binding.mapping.version}",
        "sheet": layout.table.sheet,
        "header_rows": layout.header_rows,
        "titles": layout.titles,
        "footer_rows": layout.footers,
        "counting": layout.tally.document(trial.counts["rows"]),
        "whole_file": trial.whole,
        **{name: trial.counts[name] for name in OUTCOMES},
        "reasons": dict(trial.reasons),
        "fields": fill_document(trial),
        "unused_columns": binding.unused,
        "unread_columns": [column.document() for column in tried.unread],
        "would_be_held": None if tried.findings is None else bool(tried.findings),
        "findings": with_loss(tried.findings, tried.unread) if tried.findings else [],
        "rejected_rows": [
            {
                "row": row.number,
                "column": reason.column,
                "value": reason.value,
                "code": reason.code,
                "text": reason.text,
            }
            for row in trial.refused[:SHOWN_ROWS]
            for reason in row.reasons
        ],
        "stored": False,
    }


def trial_refusals(trial: Trial) -> list[Refusal]:
    """Return each code and sentence that rows would be refused with, and the first of them."""
    rows: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in trial.refused:
        for reason in row.reasons:
            rows[reason.code, reason.text].append(row.number)
    by_code: dict[str, list[Refusal]] = defaultdict(list)
    for (code, said), numbers in sorted(rows.items(), key=lambda pair: -len(pair[1])):
        by_code[code].append(Refusal(code, said, len(numbers), tuple(dict.fromkeys(numbers))[:FIRST_NUMBERS]))
    return [refusal for told in by_code.values() for refusal in told[:MOST_SENTENCES]]


def fill_document(trial: Trial) -> dict[str, dict[str, Any]]:
    """Return for every field its columns and the share of sound rows that fill it."""
    header = trial.layout.binding.header
    return {
        bound.name: {
            "columns": [header[place] for place in bound.places],
            "filled": trial.filled[bound.name],
            "share": round(trial.filled[bound.name] / trial.sound, 4) if trial.sound else 0.0,
        }
        for bound in trial.layout.binding.fields
    }


def draft_document(draft: Draft) -> dict[str, Any]:
    """Return a drafted mapping with what is sure, what is to be decided and what is left over."""
    return {
        "dataset": draft.dataset.dataset,
        "agency": draft.dataset.agency,
        "candidates": [{"dataset": name, "score": score} for name, score in draft.scores],
        "titles": draft.titles,
        "fields": {
            name: {"column": heading, "confidence": pair.score, "why": pair.why}
            for name, (heading, pair) in draft.pairs.items()
        },
        "to_decide": [
            {"about": doubt.about, "column": doubt.column, "text": doubt.text, "line": doubt.line}
            for doubt in draft.doubts
        ],
        "left_columns": list(draft.left_columns),
        "left_columns_look": draft.left_columns,
        "left_fields": draft.left_fields,
        "lacking": draft.lacking,
        "snippet": write_snippet(draft),
    }


def write_refused(trial: Trial, path: Path) -> None:
    """Write the rows that would be refused as a workbook, to be corrected and handed in: the reasons, then the row."""
    import xlsxwriter

    # A cell that starts with "=" stays text: nothing an agency sends is ever run by the clerk's spreadsheet.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    rows = [(row, kept_cells(trial.layout.binding.header, row)) for row in trial.refused]
    names = list(dict.fromkeys(name for _, cells in rows for name in cells))
    with xlsxwriter.Workbook(str(path), options) as workbook:
        sheet = workbook.add_worksheet("问题数据")
        sheet.write_row(0, 0, [*TRIAL_HEADINGS, *names], workbook.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        for line, (row, cells) in enumerate(rows, start=1):
            reasons: list[Mapping[str, str]] = [
                {"column": r.column, "value": r.value, "text": r.text, "code": r.code} for r in row.reasons
            ]
            shown = ["；".join(r[part] for r in reasons) for part in ("column", "value", "text", "code")]
            sheet.write_number(line, 0, row.number)
            for place, cell in enumerate([*shown, *(cells.get(name, "") for name in names)], start=1):
                sheet.write_string(line, place, cell)
