"""Bytes that look like deliveries, and what becomes of them on a bad day: cut, doubled, flipped, spliced."""

import gzip
import io
import zipfile

import xlsxwriter
import xlwt
from hypothesis import strategies as st

from tests.enterprises import uscc

NAMES = ("企业或单位名称", "纳税人识别号", "经营地点", "欠税金额", "税种")
ROWS = [(f"瓯海第{n}鞋业有限公司", uscc(n), f"某路{n}号", f"{n}.50", "增值税") for n in range(1, 6)]
CSV = "\r\n".join([",".join(NAMES), *(",".join(row) for row in ROWS), '"乙, 厂","","","1","营业\n税"']) + "\r\n"
OBJECTS = [dict(zip(NAMES, row, strict=True)) for row in ROWS]


def as_json(item):
    return "{" + ",".join(f'"{name}": "{value}"' for name, value in item.items()) + "}"


def workbook():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([NAMES, *ROWS]):
            sheet.write_row(number, 0, row)
        sheet.write_number(6, 3, 41234.5)
        sheet.write_formula(6, 4, "=1+1")
    return target.getvalue()


def old_workbook():
    book, target = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("甲")
    for number, row in enumerate([NAMES, *ROWS, ("", "", "", 41234.5, xlwt.Formula("1+1"))]):
        for place, cell in enumerate(row):
            sheet.write(number, place, cell)
    book.save(target)
    return target.getvalue()


def xml():
    rows = "".join(f"<row>{''.join(f'<{n}>{v}</{n}>' for n, v in item.items())}</row>" for item in OBJECTS)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rows>{rows}</rows>'


WORKBOOK = workbook()
TEXTS = {
    "csv": CSV.encode(),
    "csv with a mark": CSV.encode("utf-8-sig"),
    "csv in gb18030": CSV.encode("gb18030"),
    "csv in utf-16": CSV.encode("utf-16"),
    "csv in utf-16, big end first": b"\xfe\xff" + CSV.encode("utf-16-be"),
    "tabs in utf-16": CSV.replace(",", "\t").encode("utf-16"),
    "json": f"[{', '.join(map(as_json, OBJECTS))}]".encode(),
    "numbers in json": b'[{"a": 1e400, "b": -0, "c": 12345678901234567890, "d": true, "e": null, "f": "\\u4e2d"}]',
    "ndjson": "\n".join(map(as_json, OBJECTS)).encode(),
    "xml": xml().encode(),
    "xml in utf-16": xml().replace("UTF-8", "UTF-16").encode("utf-16"),
}
WORKBOOKS = {
    "xlsx": WORKBOOK,
    "xls": old_workbook(),
    "ole": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + WORKBOOK[:2000],
}
# What parsers stumble over, put in anywhere.
TOKENS = [
    b"\x00", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b'"', b"'", b"\\", b"\\ud800", b"\\u0000",
    b"\r", b"\n", b",", b"\t",
    b"[", b"]", b"{", b"}", b"[" * 3000,
    b'{"a":' * 3000, b"<", b"</row>", b"<row>", b"&x;", b"&#0;", b"&#xD800;",
    b"<!DOCTYPE a [<!ENTITY x 'y'>]>", b"<![CDATA[", b"<!--", b"<?", b"NaN", b"1e999999999999", b"9" * 5000, b"-",
    b"=1+1",
    "\u2028".encode(), "\U0001f600".encode(), b"\xed\xa0\x80", b"\x81\x30\x81\x30", b"\x1f\x8b", b"PK\x03\x04",
    b"," * 400,
    "９１３３".encode(), "〔2024〕".encode(), b"0" * 400, b"x" * 4000, b"9999-99-99", b"-1", b"\x1b", "\u202e".encode(),
]  # fmt: skip


@st.composite
def spoiled(draw, bases, most=4):  # noqa: C901 - one case per way to spoil
    """Draw one of the bases and spoil it in a few places."""
    content = bytearray(draw(st.sampled_from(sorted(bases.values()))))
    for _ in range(draw(st.integers(1, most))):
        at, to = sorted((draw(st.integers(0, len(content))), draw(st.integers(0, len(content)))))
        match draw(st.sampled_from(["token", "flip", "cut", "twice", "splice", "noise"])):
            case "token":
                content[at:at] = draw(st.sampled_from(TOKENS))
            case "flip" if at < len(content):
                content[at] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del content[at : min(to, at + 200)]
            case "twice":
                content[at:at] = content[at:to]
            case "splice":
                other = draw(st.sampled_from(sorted(bases.values())))
                content[at:] = other[at : at + 2000]
            case "noise":
                content[at:at] = draw(st.binary(max_size=20))
        if len(content) > 200_000:
            del content[200_000:]
    return bytes(content)


@st.composite
def spoiled_workbooks(draw):
    """Draw a workbook spoiled from the outside, or one whose parts were spoiled and packed again."""
    if draw(st.booleans()):
        return draw(spoiled(WORKBOOKS))
    source, target = zipfile.ZipFile(io.BytesIO(WORKBOOK)), io.BytesIO()
    victim = draw(st.sampled_from(source.namelist()))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in source.namelist():
            content = source.read(name)
            packed.writestr(name, draw(spoiled({name: content})) if name == victim else content)
    return target.getvalue()


def spoiled_gzip():
    return spoiled({"gzip": gzip.compress(CSV.encode(), mtime=0), "twice": gzip.compress(b"a", mtime=0) * 2})
