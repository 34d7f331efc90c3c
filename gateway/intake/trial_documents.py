"""What a dry run says: one document for the interface and for scripts, and a workbook of the rows it would refuse."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import orjson

from connectors.catalogue.trial import OUTCOMES, SoundRow, Trial, kept_cells
from connectors.conversion.binding import Binding
from connectors.conversion.cells import shown
from connectors.conversion.free_text import without_contacts
from connectors.decoding.trial_rows import trial_headings
from connectors.drafting.taken import take_columns
from connectors.drafting.unread import UnreadColumn
from connectors.model.two_languages import Language, in_language
from connectors.store.refused import FIRST_NUMBERS, MOST_SENTENCES, Refusal
from gateway.intake.held_loss import with_loss
from gateway.intake.trials import Tried

SHOWN_ROWS = 20


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
        "columns": columns_document(binding, tried.unread, [row.cells for row in trial.first or trial.refused[:5]]),
        "first_rows": [sound_document(binding, row) for row in trial.first],
        "unused_columns": binding.unused,
        "unread_columns": [column.document() for column in tried.unread],
        "would_be_held": None if tried.findings is None else bool(tried.findings),
        "findings": with_loss(tried.findings, tried.unread) if tried.findings else [],
        "full_list": tried.listed.document() if tried.listed else None,
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


def columns_document(
    binding: Binding, unread: Sequence[UnreadColumn], rows: Sequence[Sequence[str]]
) -> list[dict[str, Any]]:
    """Return what each column is taken for, and what is wanted and is not there."""
    return [msgspec.to_builtins(column) for column in take_columns(binding, unread, rows)]


def sound_document(binding: Binding, row: SoundRow) -> dict[str, Any]:
    """Return a row as it would be stored, and what of it would not be: cells of columns that are not read."""
    record, cells = row.record, row.cells
    fields = orjson.loads(record.canonical)["fields"]
    lost = [place for place in binding.unread if binding.header[place]]
    return {
        "row": row.number,
        "name": record.name,
        "code": record.identifier.value,
        "fields": {name: fields[name] for name in binding.dataset.fields if name in fields},
        "lost": {
            binding.header[place]: shown(without_contacts(cells[place])) if place < len(cells) else "" for place in lost
        },
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


def write_refused(trial: Trial, target: Path | BinaryIO, language: Language | None = None) -> None:
    """Write the rows that would be refused as a workbook, to be corrected and handed in: the reasons, then the row.

    The reasons stand in both languages, or in one.
    """
    import xlsxwriter

    # A cell that starts with "=" stays text: nothing an agency sends is ever run by the clerk's spreadsheet.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    rows = [(row, kept_cells(trial.layout.binding.header, row)) for row in trial.refused]
    names = list(dict.fromkeys(name for _, cells in rows for name in cells))
    with xlsxwriter.Workbook(target, options) as workbook:
        sheet = workbook.add_worksheet("问题数据")
        sheet.write_row(0, 0, [*trial_headings(language), *names], workbook.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        for line, (row, cells) in enumerate(rows, start=1):
            reasons: list[Mapping[str, str]] = [
                {
                    "column": r.column,
                    "value": r.value,
                    "text": in_language(r.text, language) if language else r.text,
                    "code": r.code,
                }
                for r in row.reasons
            ]
            shown = ["；".join(r[part] for r in reasons) for part in ("column", "value", "text", "code")]
            sheet.write_number(line, 0, row.number)
            for place, cell in enumerate([*shown, *(cells.get(name, "") for name in names)], start=1):
                sheet.write_string(line, place, cell)
