"""Workbooks that are no XLSX are read too, their rows numbered and counted alike."""

import zipfile

from connectors.decoding.decode import decode

_NAMES = "urn:oasis:names:tc:opendocument:xmlns:"


def table(name, rows):
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    return f'<table:table table:name="{name}">{cells}</table:table>'


def test_every_sheet_of_an_open_document_is_read_and_its_rows_counted(tmp_path):
    sheets = table("说明", [["请核对"]]) + table("数据", [["a", "b"], ["1", ""], ["", ""], ["2", "x"]])
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{_NAMES}manifest:1.0"/>')
        archive.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{_NAMES}office:1.0" xmlns:table="{_NAMES}table:1.0" '
            f'xmlns:text="{_NAMES}text:1.0"><office:body><office:spreadsheet>{sheets}</office:spreadsheet>'
            "</office:body></office:document-content>",
        )
    first = decode(path)
    assert (first.sheet, first.header, list(first.others)) == ("说明", ["请核对"], ["数据"])
    second = first.others["数据"](None)
    assert (second.header, list(second.rows)) == (["a", "b"], [(2, ["1", ""]), (4, ["2", "x"])])
    assert (second.tally.total, second.tally.blank.first(9)) == (4, [3])
