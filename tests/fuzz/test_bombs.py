"""Small or plain files that would take all the memory: each read in a process of its own, whose memory is looked at."""

import io
import subprocess
import sys
import zipfile
from functools import partial

import pytest

from tests.fuzz.bytes_of_deliveries import WORKBOOK

MIB = 1 << 20
MOST_MIB = 300  # the program itself takes about 100
READ = """
import sys
from pathlib import Path
from connectors.decoding.decode import decode
from connectors.errors import MalformedError
try:
    for _ in decode(Path(sys.argv[1])).rows: pass
    said = "rows"
except MalformedError as fault:
    said = str(fault)
peak = next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(peak, said)
"""


def packed(name, before, filling, after, megabytes):
    """A workbook one part of which is replaced, by far more than the archive shows."""
    source, target = zipfile.ZipFile(io.BytesIO(WORKBOOK)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for part in source.namelist():
            if part != name:
                book.writestr(part, source.read(part))
                continue
            with book.open(part, "w", force_zip64=True) as file:
                file.write(before.encode())
                for _ in range(megabytes):
                    file.write(filling * MIB)
                file.write(after.encode())
    return target.getvalue()


def sheet(before, filling=b" ", after="", megabytes=0):
    head = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return packed("xl/worksheets/sheet1.xml", head + before, filling, f"{after}</sheetData></worksheet>", megabytes)


TEXT, END = '<row r="1"><c r="A1" t="inlineStr"><is><t>', "</t></is></c></row>"
CORNER = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
SPARSE = (
    '<row r="1"><c r="A1"><v>1</v></c><c r="CV1"><v>1</v></c></row><row r="1000000"><c r="A1000000"><v>1</v></c></row>'
)
ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
BOMBS = {
    "commas": lambda: b"," * (64 * MIB),
    "a row of commas": lambda: b"a,b\n" + b"," * (3 * MIB) + b"\n",
    "many rows of commas": lambda: b"a,b\n" + (b"," * 100_000 + b"\n") * 600,
    "one line": lambda: b"a" * (64 * MIB),
    "a quotation mark never closed": lambda: b'a,b\n"' + b"x,\n" * (16 * MIB),
    "quoted lines without end": lambda: b"a,b\n" + b'"\n",' * (16 * MIB),
    "brackets": lambda: b"[" * (64 * MIB),
    "deep objects": lambda: b'[{"a":' * (8 * MIB),
    "one long object": lambda: b'[{"a": "' + b"x" * (64 * MIB),
    "one long line": lambda: b'{"a": "' + b"x" * (64 * MIB),
    "empty objects": lambda: b"[" + b"{}," * MIB + b'{"a": 1}]',
    "numbers": lambda: b'{"a": ' + b"9" * (64 * MIB) + b"}",
    "blanks": lambda: b"[" + b" " * (64 * MIB),
    "many names": lambda: b"\n".join(b'{"a%d": 1}' % n for n in range(100_000)),
    "an object of many names": lambda: b"{" + b",".join(b'"a%d": 1' % n for n in range(200_000)) + b"}",
    "entities": f'<!DOCTYPE a [<!ENTITY e0 "boom">{ENTITIES}]><a><b><c>&e11;</c></b></a>'.encode,
    "entities in an attribute": f'<!DOCTYPE a [<!ENTITY e0 "boom">{ENTITIES}]><a x="&e11;"/>'.encode,
    "many entities": lambda: b"<!DOCTYPE a [" + b"".join(b'<!ENTITY x%d "y">' % n for n in range(500_000)) + b"]><a/>",
    "one text": lambda: b"<a><b><c>" + b"x" * (64 * MIB),
    "deep elements": lambda: b"<a>" * (8 * MIB),
    "many members": lambda: b"<a><b>" + b"<c>1</c>" * (4 * MIB),
    "comments": lambda: b"<a>" + b"<!--x-->" * (6 * MIB),
    "instructions": lambda: b"<a>" + b"<?x y?>" * (6 * MIB),
    "attributes": lambda: b"<a " + b" ".join(b'a%d=""' % n for n in range(2_000_000)),
    "texts between records": lambda: b"<a>" + b"x <b/>" * MIB,
    "a cell in the last corner": partial(sheet, CORNER),
    "a hundred million cells": partial(sheet, SPARSE),
    "a gigabyte of blanks": partial(sheet, "", megabytes=1024),
    "a gigabyte of one cell": partial(sheet, TEXT, b"x", END, megabytes=1024),
    "a long cell": partial(sheet, TEXT, b"x", END, megabytes=2),
    "a large workbook": lambda: b"PK\x03\x04" + b"x" * (65 * MIB),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_rows_or_refused_and_takes_little_memory(tmp_path, bomb):
    path = tmp_path / "bomb"
    path.write_bytes(BOMBS[bomb]())
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    peak, _, said = done.stdout.partition(" ")
    assert int(peak) < MOST_MIB, said
