"""What should become of every row of the real files, counted without the program: csv, arithmetic, and these rules.

`python tests/real/count_by_hand.py FOLDER` prints the figures by reading.yaml, our notes on each file; none of the
program's modules is imported. Where the program disagrees one of the two is wrong, and figures.yaml says which it was.

Rules, each file alone, in an empty store:
1. A party is a person and dropped whose name is starred out (unless a sole trader's own code, 92…, stands beside), who
   is declared one, or whose short name, if it is not that of a school or the like, stands beside a citizen number or in
   a list that mixes persons in.
2. The first sound code decides; an authority's own refuses. A citizen number, stars, or a number without a check digit
   leave the name; anything else unsound refuses.
   A name of two or three characters that begins with a frequent surname, and has neither code nor kind, refuses.
3. Required cells are filled, dates and amounts readable, numbers of documents not in scientific notation.
4. Of rows with one key, the same content again is a duplicate, other content a correction.
5. A first row is accepted where its code is a unified one, or its organisation code belongs to exactly one unified code
   in the file (for registrations, also its name); else it is unresolved.
"""

import csv
import datetime as dt
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import yaml

READING = Path(__file__).parent / "reading.yaml"
COUNTS = ("rows", "accepted", "unresolved", "corrections", "duplicates", "natural_persons", "rejected")
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
NOTHING = {"", "/", "\\", "-", "--", "—", "无", "暂无", "空", "NULL", "NONE", "N/A", "NA"}
PROVINCES = {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82}
SHORT = re.compile(r"[\u3400-\u9fff·]{2,4}")
STARRED = re.compile(r"[\u3400-\u9fff]\*{1,2}[\u3400-\u9fff]?")
FREQUENT = set(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方金邱夏"
    "谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚"
)


def half(text):
    return unicodedata.normalize("NFKC", text)


def squeeze(text):
    return "".join(half(text).split())


def is_org(code):
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code) or code == "000000000":
        return False
    rest = sum(int(c, 36) * w for c, w in zip(code, (3, 7, 9, 10, 5, 8, 4, 2), strict=False)) % 11
    return code[8] == {0: "0", 1: "X"}.get(rest, str(11 - rest))


def is_unified(code):
    if len(code) != 18 or set(code) - set(LETTERS) or code[0] not in "123456789ANY" or not code[2:8].isdecimal():
        return False
    rest = sum(LETTERS.index(c) * 3**i for i, c in enumerate(code[:17])) % 31
    return LETTERS[-rest % 31] == code[17] and is_org(code[8:17])


def is_day(digits):
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year >= 1850
    except ValueError:
        return False


def is_citizen(code):
    if not re.fullmatch(r"\d{17}[\dX]", code) or int(code[:2]) not in {*PROVINCES, 83, 91} or not is_day(code[6:14]):
        return False
    rest = sum(int(c) * 2 ** (17 - i) for i, c in enumerate(code[:17])) % 11
    return "10X98765432"[rest] == code[17]


def is_registered(code):
    if not re.fullmatch(r"\d{15}", code):
        return False
    carry = 10
    for digit in code[:14]:
        carry = ((carry + int(digit)) % 10 or 10) * 2 % 11
    return (carry + int(code[14])) % 10 == 1


def is_rounded(code):
    """18 digits that a spreadsheet has cut to 15, if they are: a class of the unified code and a district follow."""
    classes = {"11", "12", "13", "19", "51", "52", "53", "91", "92", "93"}
    return code[:2] in classes and (int(code[2:4]) in PROVINCES or code[2:4] == "10") and code.endswith("000")


def read(cell, *, tax=False, placeholders=()):  # noqa: C901 - the forms in their order
    """Return (kind, value, organisation code)."""
    code = squeeze(cell).upper().strip("'")
    code = re.sub(r"(\(\d+[-—]+\d+\)|号)$", "", code)  # the number of the copy
    if code in NOTHING or code in placeholders:
        return "empty", "", ""
    if "*" in code:
        return "starred", "", ""
    if is_citizen(code) and not (code[0] == "9" and is_unified(code)):
        return "citizen", "", ""
    if is_unified(code):
        return "unified", code, code[8:17]
    old = re.fullmatch(r"\d{6}[0-9A-Z]{8}[0-9X](\d{3})?", code) and is_org(code[6:15]) and int(code[:2]) in PROVINCES
    old = old and not (len(code) == 18 and is_rounded(code))
    if is_registered(code) and not (tax and old):
        return "registration", code, ""
    if old:
        return "tax", code, code[6:15]
    plain = code[:8] + code[9:] if code[8:9] == "-" else code
    if is_org(plain):
        return "org", plain, plain
    # A sole trader's tax number: the owner's citizen number, old or new, and a mark of the shop.
    if re.fullmatch(r"\d{15}(0\d\d|[A-Z][0-9O])?", code) and int(code[:2]) in PROVINCES and is_day("19" + code[6:12]):
        return "citizen", "", ""
    if re.fullmatch(r"[0-9X]{18}(0\d\d|[A-Z][0-9O])", code) and is_citizen(code[:18]):
        return "citizen", "", ""
    # Numbers without a check digit: the institution certificate (1, district, five digits) and the licence before 2007.
    if re.fullmatch(r"(事证第)?1\d{11}|\d{13}", code):
        district = int(re.sub(r"\D", "", code)[1 if len(re.sub(r"\D", "", code)) == 12 else 0 :][:2])
        if district in {*PROVINCES, 10}:
            return "unchecked", "", ""
    return "unsound", code, ""


def day(text, shape="ymd"):
    """Return an ISO day, month or year; "" for nothing; None where it is none."""
    plain = squeeze(text)
    if plain in NOTHING:
        return ""
    if shape == "dmy" and (found := re.match(r"(\d{1,2})/(\d{1,2})/(\d{4})(?!\d{3})", plain)):
        year, month, date = int(found[3][:4]), int(found[2]), int(found[1])
    elif found := re.match(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})", plain):
        year, month, date = (int(part) for part in found.groups())
    elif found := re.fullmatch(r"(\d{4})(?:年|年度|-)(\d{1,2})月?", plain):
        return f"{found[1]}-{int(found[2]):02d}"
    elif found := re.fullmatch(r"(\d{4})年?", plain):
        return found[1]
    else:
        return None
    try:
        return dt.date(year, month, date).isoformat()
    except ValueError:
        return None


def money(text):
    plain = squeeze(text).replace(",", "")
    if plain in NOTHING:
        return ""
    return str(float(plain)) if re.fullmatch(r"\d*\.?\d+", plain) else None


@dataclass
class Sheet:
    """One file, as it was understood by reading it."""

    file: str
    dataset: str
    name: str
    codes: list = field(default_factory=list)
    key: list = field(default_factory=list)  # columns; "@" is the party
    need: list = field(default_factory=list)
    days: list = field(default_factory=list)
    money: list = field(default_factory=list)
    content: list = field(default_factory=list)  # further columns that are kept
    header: int = 1  # the row of the headings, as a person counts
    shape: str = "ymd"
    kind: str = ""
    authority: str = ""
    mixed: bool = False
    registers: bool = False
    placeholders: tuple = ()
    absent_names: tuple = ()
    nulls: tuple = ()


def person(row, sheet, name, codes):
    if sheet.kind and row[sheet.kind].strip() in {"自然人", "个人"}:
        return True
    sound = next((value for kind, value, _ in codes if kind in {"unified", "registration", "tax", "org"}), "")
    if STARRED.fullmatch(name):
        return not sound.startswith("92")
    hidden = any(kind in {"citizen", "starred"} for kind, _, _ in codes)
    body = re.search("(大学|学院|医院|银行|公司|饭店|酒店|宾馆|商店|超市|小学|中学)$", name)
    return not sound and not body and bool(SHORT.fullmatch(name)) and (hidden or sheet.mixed)


def is_persons(name):
    return (
        len(name) in {2, 3} and name[0] in FREQUENT and bool(SHORT.fullmatch(name)) and name[-1] not in "厂店馆局校镇乡"
    )


def judge(row, sheet, name, codes):  # noqa: C901, PLR0912 - the rules in their order
    """Return (the reasons, the normalised cells)."""
    reasons, values = set(), {}
    sound = [c for c in codes if c[0] in {"unified", "registration", "tax", "org"}]
    if sound:
        if sheet.authority and sound[0][1] == row[sheet.authority].strip():
            reasons.add("authority_code")
    elif any(kind == "unsound" for kind, _, _ in codes) and not any(k in {"citizen", "starred"} for k, _, _ in codes):
        reasons.add("identifier_unreadable")
    elif (
        not sheet.mixed
        and not sheet.kind
        and is_persons(name)
        and not any(k in {"citizen", "starred"} for k, _, _ in codes)
    ):
        reasons.add("party_personal")
    elif name in NOTHING or name in sheet.absent_names:
        reasons.add("party_missing")
    for column in {*sheet.days, *sheet.money, *sheet.content, *sheet.need, *sheet.key} - {"@"}:
        cell = row[column]
        if cell.strip() in sheet.nulls:
            cell = ""
        if column in sheet.days:
            value, code = day(cell, sheet.shape), "date_unreadable"
        elif column in sheet.money:
            value, code = money(cell), "money_unreadable"
        else:
            value, code = " ".join(cell.split()), ""
            value = "" if value in NOTHING else value
        if column in sheet.key and re.fullmatch(r"\d\.\d+E\+?\d+", value or ""):
            value, code = None, "spreadsheet_notation"
        if value is None:
            reasons.add(code)
        elif not value and column in sheet.need:
            reasons.add("required")
        values[column] = value
    return reasons, values


def count(folder, sheet):  # noqa: C901 - the rules in their order
    """Return the figures of one file."""
    with (folder / sheet.file).open(encoding="utf-8-sig", newline="") as file:
        lines = [line for line in csv.reader(file) if line]
    head = [cell.strip() for cell in lines[sheet.header - 1]]
    figures, reasons, chains, owners, named = (
        Counter(),
        Counter(),
        defaultdict(list),
        defaultdict(set),
        defaultdict(set),
    )
    for line in lines[sheet.header :]:
        figures["rows"] += 1
        row = dict(zip(reversed(head), reversed(line), strict=True))
        name = row[sheet.name].strip()
        codes = [read(row[c], tax="税" in c, placeholders=sheet.placeholders) for c in sheet.codes]
        if person(row, sheet, name, codes):
            figures["natural_persons"] += 1
            continue
        wrong, values = judge(row, sheet, name, codes)
        if wrong:
            figures["rejected"] += 1
            reasons.update(wrong)
            continue
        sound = [c for c in codes if c[0] in {"unified", "registration", "tax", "org"}]
        kind, value, org = sound[0] if sound else ("name", "", "")
        spelled = squeeze(name).upper().translate(str.maketrans("【】〔〕", "[][]"))
        key = tuple((value or spelled) if part == "@" else values[part] for part in sheet.key)
        hidden = any(k in {"citizen", "starred"} for k, _, _ in codes)
        chains[key].append((name, value, kind, hidden, tuple(sorted(values.items())), org, spelled))
        if kind == "unified":
            owners[org].add(value)
            named[spelled].add(value)
    for chain in chains.values():
        before = None
        for place, (*content, org, spelled) in enumerate(chain):
            kind = content[2]
            known = kind == "unified" or (kind in {"tax", "org"} and len(owners[org]) == 1)
            known = known or (kind == "name" and sheet.registers and len(named[spelled]) == 1)
            if content == before:
                figures["duplicates"] += 1
            elif place:
                figures["corrections"] += 1
            else:
                figures["accepted" if known else "unresolved"] += 1
            before = content
    return figures, reasons


def load_sheets():
    """Return what was read by eye."""
    return [Sheet(**sheet) for sheet in yaml.safe_load(READING.read_text("utf-8"))]


def main(folder):
    """Print the figures of every file in the form of figures.yaml."""
    for sheet in load_sheets():
        figures, reasons = count(folder, sheet)
        counts = ", ".join(f"{name}: {figures[name]}" for name in COUNTS if figures[name])
        causes = ", ".join(f"{name}: {number}" for name, number in sorted(reasons.items()))
        more = f",\n   reasons: {{{causes}}}" if causes else ""
        print(f"- {{file: {sheet.file}, dataset: {sheet.dataset}, {counts}{more}}}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
