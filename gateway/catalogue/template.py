"""A dataset's empty form as a workbook, for clerks who fill in what no system exports."""

import io
from typing import BinaryIO

from connectors.catalogue.template import template_columns
from connectors.model.datasets import Dataset

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDEST = 40  # characters


def write_template(dataset: Dataset, target: BinaryIO) -> None:
    """Write the form: headings with a note each, the example row below, every cell text.

    A number or a code of 18 digits typed into a cell that is text stays as it was typed.
    """
    import xlsxwriter

    with xlsxwriter.Workbook(target, {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        sheet = workbook.add_worksheet(dataset.dataset[:31])
        plain, bold = workbook.add_format({"num_format": "@"}), workbook.add_format({"bold": True, "num_format": "@"})
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(template_columns(dataset)):
            sheet.set_column(place, place, min(2 * len(column.heading) + 4, _WIDEST), plain)
            sheet.write_string(0, place, column.heading, bold)
            sheet.write_comment(0, place, column.note, {"author": "Xinqiao"})
            sheet.write_string(1, place, column.example, plain)


def template_bytes(dataset: Dataset) -> bytes:
    """Return the form as the bytes of an XLSX workbook (some ten KiB)."""
    target = io.BytesIO()
    write_template(dataset, target)
    return target.getvalue()


def template_headers(dataset: Dataset) -> dict[str, str]:
    """Return the headers that make a browser keep the form as a file."""
    return {"Content-Disposition": f'attachment; filename="{dataset.dataset}.xlsx"'}
