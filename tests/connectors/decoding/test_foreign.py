"""Files that are no delivery are refused with what they are and what to do."""

import io
import zipfile

import pytest

from connectors.decoding.decode import decode
from connectors.errors import MalformedError

HEADER = "行政相對人名稱,統一社會信用代碼,處罰日期\n測試貿易有限公司,91,2024\n"
PAGE = b"<html><body><table><tr><td>1</td></tr></table></body></html>"
EXCEL_2003 = b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def zipped(*names):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (HEADER.encode("big5"), "Big5"),
        (b"%PDF-1.7\n", "PDF"),
        (b"{\\rtf1\\ansi x}", "RTF"),
        (PAGE, "HTML"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html>\n<html>", "HTML"),
        (b"<TABLE border=1>\n<TR><TD>1", "HTML"),
        (EXCEL_2003, "Excel 2003"),
        (b"MIME-Version: 1.0\r\n", "MHT"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\xff\xd8\xff\xe0", "picture"),
        (b"Rar!\x1a\x07\x00", "RAR"),
        (zipped("word/document.xml"), "DOCX"),
        (zipped("xl/workbook.bin", "xl/styles.bin"), "XLSB"),
        (zipped("a.csv"), "ZIP"),
        (zipped("OFD.xml", "Doc_0/x"), "OFD"),
        (OLE + "WordDocument".encode("utf-16-le"), "DOC"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
    ],
)
def test_what_a_file_is_is_said_with_how_to_make_a_table_of_it(tmp_path, content, named):
    path = tmp_path / "报送.xls"
    path.write_bytes(content)
    with pytest.raises(MalformedError, match=named) as refusal:
        decode(path)
    assert "提交" in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "header"),
    [
        ("企业名称,统一社会信用代码\n甲,1\n".encode("gb18030"), ["企业名称", "统一社会信用代码"]),
        (b"BM,id\n1,2\n", ["BM", "id"]),
        (b"<table><row><a>1</a></row></table>", ["a"]),
    ],
)
def test_what_only_resembles_one_is_read(tmp_path, content, header):
    path = tmp_path / "a"
    path.write_bytes(content)
    assert decode(path).header == header
