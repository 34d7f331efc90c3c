"""Files that are no delivery, told by how they begin, each refused with what it is and how to make one of it. Pure."""

import re
from collections.abc import Iterable

from connectors.errors import MalformedError

LOOKED_AT = 4096  # bytes
_AS_TABLE_ZH, _AS_TABLE_EN = (
    "请在 Excel 或 WPS 中打开原表，另存为 XLSX 或 CSV（UTF-8）再提交",
    "open the table in Excel or WPS, save it as XLSX or CSV (UTF-8) and send that",
)
_PICTURE = ("图片", "a picture")
_BEGINNINGS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "PDF 文档", "a PDF document"),
    (b"{\\rtf", "RTF 文档（Word）", "an RTF document (Word)"),
    (b"\x89PNG\r\n", *_PICTURE),
    (b"\xff\xd8\xff", *_PICTURE),
    (b"GIF8", *_PICTURE),
    (b"II*\x00", *_PICTURE),
    (b"MM\x00*", *_PICTURE),
    (b"Rar!\x1a\x07", "RAR 压缩包", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip 压缩包", "a 7-Zip archive"),
    (b"MIME-Version:", "网页（MHT）", "a web page (MHT)"),
)
_PAGE = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|style|script|div|table[^>]*>\s*<(?:tr|thead|tbody|colgroup|col|caption))"
    rb"[\s>/]",
    re.IGNORECASE,
)
_EXCEL_2003 = b"urn:schemas-microsoft-com:office:spreadsheet"
_IN_A_ZIP = (
    ("word/", "Word 文档（DOCX）", "a Word document (DOCX)"),
    ("ppt/", "PowerPoint 文稿", "a PowerPoint presentation"),
    ("OFD.xml", "OFD 版式文档", "an OFD document"),
    ("xl/workbook.bin", "XLSB 二进制工作簿", "a binary workbook (XLSB)"),  # its reader tells no errors from nothing
)
_WORKBOOK_IN_A_ZIP = ("xl/", "content.xml")
# Streams of a compound file (MS-CFB 2.6) have their names in UTF-16.
_IN_AN_OLE = (
    ("EncryptedPackage", "有打开密码的工作簿", "a workbook with a password"),
    ("WordDocument", "Word 文档（DOC）", "a Word document (DOC)"),
    ("PowerPoint Document", "PowerPoint 文稿", "a PowerPoint presentation"),
)
# Words of headings, traditional and simplified: text in one of the two encodings is not sense in the other.
_HEADINGS = (
    "行政", "信用", "日期", "公示", "公司", "有限", "企業", "企业", "名稱", "名称", "代碼", "代码", "單位", "单位",
    "處罰", "处罚", "金額", "金额", "登記", "登记", "統一", "统一", "機關", "机关", "編號", "编号", "地址",
)  # fmt: skip


def refuse_foreign(start: bytes) -> None:
    """Pass a file that may be a delivery, by its first bytes. Raises MalformedError that says what it is."""
    plain = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    for beginning, zh, en in _BEGINNINGS:
        if plain.startswith(beginning):
            raise foreign(zh, en)
    if _PAGE.match(plain):
        raise foreign("网页（HTML），只是改了扩展名", "a web page (HTML) under another name")
    if plain.startswith(b"<") and _EXCEL_2003 in plain:
        raise foreign("XML 表格（Excel 2003）", "an XML spreadsheet (Excel 2003)")


def refuse_foreign_zip(names: Iterable[str]) -> None:
    """Pass a workbook, by the names in its archive. Raises MalformedError that says what it is."""
    inside = list(names)
    for beginning, zh, en in _IN_A_ZIP:
        if any(name.startswith(beginning) for name in inside):
            raise foreign(zh, en)
    if any(name.startswith(_WORKBOOK_IN_A_ZIP) for name in inside):
        return
    raise MalformedError(
        "文件是 ZIP 压缩包，请解压后逐个提交其中的表格 the file is a ZIP archive: unpack it and send the tables in it"
    )


def refuse_foreign_ole(content: bytes) -> None:
    """Pass an old workbook, by the streams of its compound file. Raises MalformedError that says what it is."""
    for stream, zh, en in _IN_AN_OLE:
        if stream.encode("utf-16-le") in content:
            raise foreign(zh, en)


def refuse_big5(start: bytes) -> None:
    """Pass text that is not in Big5, by its first bytes. Raises MalformedError."""
    if _sense(start, "big5") >= 2 and not _sense(start, "gb18030"):
        raise foreign("Big5（繁体）编码的文本", "text in Big5")


def _sense(start: bytes, encoding: str) -> int:
    text = start.decode(encoding, "replace")
    return sum(word in text for word in _HEADINGS)


def foreign(zh: str, en: str) -> MalformedError:
    """Say what a file is, and how to make a delivery of it."""
    gap = " " if zh[0].isascii() else ""
    return MalformedError(f"文件是{gap}{zh}：{_AS_TABLE_ZH} the file is {en}: {_AS_TABLE_EN}")
