"""Sample files: for every dataset of the catalogue a small one that is taken in without a refused row."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from connectors.catalogue.load import datasets
from connectors.catalogue.samples import SampleParty, sample_header, sample_rows
from connectors.model.datasets import Dataset
from gateway.demo.enterprises import enterprise
from gateway.demo.registered import as_registered

PARTIES = range(3, 9)
SERIES = "S"  # other documents than those the city was built with
# Each form for a few, beside the CSV that there is of all.
IN_OTHER_FORMS = ("ent_registration", "penalty_general", "tax_arrears", "abnormal_operation")
Write = Callable[[Sequence[str], Sequence[Sequence[str]]], bytes]


def parties_of(numbers: Sequence[int]) -> list[SampleParty]:
    """Return enterprises as the parties of rows."""
    return [SampleParty(enterprise(number).name, enterprise(number).code) for number in numbers]


def write_samples(folder: Path, today: date) -> list[Path]:
    """Write the sample files into a folder, made where it is not there, and return them; older ones are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for dataset in datasets().values():
        for ending, write in FORMS.items():
            if ending == "csv" or dataset.dataset in IN_OTHER_FORMS:
                path = folder / f"{dataset.dataset}.{ending}"
                path.write_bytes(write(*sample_of(dataset, today)))
                written.append(path)
    return written


def sample_of(dataset: Dataset, today: date) -> tuple[list[str], list[list[str]]]:
    """Return the headings and the rows of a dataset's sample file."""
    header, rows = sample_header(dataset), sample_rows(dataset, parties_of(PARTIES), today, SERIES)
    return header, as_registered(dataset.dataset, PARTIES, header, rows)


def as_csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """Return CSV that spreadsheets read as UTF-8 too: it begins with a byte order mark."""
    target = io.StringIO()
    csv.writer(target).writerows([header, *rows])
    return target.getvalue().encode("utf-8-sig")


def _as_xlsx(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        sheet = workbook.add_worksheet()
        text = workbook.add_format({"num_format": "@"})
        for number, row in enumerate([header, *rows]):
            sheet.write_row(number, 0, row, text)
    return target.getvalue()


def _as_json(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    objects = [dict(zip(header, row, strict=True)) for row in rows]
    return json.dumps(objects, ensure_ascii=False, indent=1).encode()


FORMS: Mapping[str, Write] = {"csv": as_csv, "xlsx": _as_xlsx, "json": _as_json}
