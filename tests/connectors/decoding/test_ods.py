"""Open documents are read too, their rows numbered and counted alike; what is lost in reading refuses them."""

import zipfile

import pytest

from connectors.decoding.decode import decode
from connectors.errors import MalformedError

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


def written(folder, sheets):
    path = folder / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{_NAMES}manifest:1.0"/>')
        archive.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{_NAMES}office:1.0" xmlns:table="{_NAMES}table:1.0" '
            f'xmlns:text="{_NAMES}text:1.0" xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:'
            f'calcext:1.0"><office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body>'
            "</office:document-content>",
        )
    return path


def test_every_sheet_of_an_open_document_is_read_and_its_rows_counted(tmp_path):
    sheets = table("说明", [["请核对"]]) + table("数据", [["a", "b"], ["1", ""], ["", ""], ["2", "x"]])
    first = decode(written(tmp_path, sheets))
    assert (first.sheet, first.header, list(first.others)) == ("说明", ["请核对"], ["数据"])
    second = first.others["数据"](None)
    assert (second.header, list(second.rows)) == (["a", "b"], [(2, ["1", ""]), (4, ["2", "x"])])
    assert (second.tally.total, second.tally.blank.first(9)) == (4, [3])


LOST = {
    'office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#N/A</text:p>': "error #N/A",
    'table:formula="of:=1/0" office:value-type="float" office:value="0"><text:p>#DIV/0!</text:p>': "error #DIV/0!",
    'office:value-type="float" office:value="2.02305060001235E+16"><text:p>20230506000123456</text:p>': "15 digits",
}


@pytest.mark.parametrize("cell", LOST)
def test_a_cell_that_would_be_read_as_another_refuses_the_document(tmp_path, cell):
    sheet = table("数据", [["a", "b"], ["1", "2"]])
    assert decode(written(tmp_path, sheet)).header == ["a", "b"]
    broken = sheet.replace(
        "</table:table>",
        f"<table:table-row><table:table-cell {cell}</table:table-cell></table:table-row></table:table>",
    )
    with pytest.raises(MalformedError, match=LOST[cell]) as refusal:
        decode(written(tmp_path, broken))
    assert "XLSX" in str(refusal.value)
