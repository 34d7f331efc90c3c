"""A spreadsheet of questions: read row by row, each sound or with what is wrong with it; and the one of the answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from pydantic import ValidationError

from connectors.catalogue.load import get_catalogue
from connectors.conversion.identifiers import Kind, read_identifier
from connectors.decoding.decode import decode
from connectors.errors import MalformedError
from consent.terms import PURPOSES
from gateway.console.words import Words
from gateway.console.workbook import write_workbook
from gateway.inquiries.asking import Question
from gateway.inquiries.batches.batch import MOST_QUESTIONS
from gateway.inquiries.shown import why
from gateway.inquiries.written import FIELDS, read_written
from gateway.quota.products import PRODUCTS
from gateway.runtime.denial import DeniedError

LARGEST_SHEET = 2 * 1024 * 1024  # bytes; "batch-too-large" says it
# Headings that are read, in Chinese or in English.
SUBJECT = ("统一社会信用代码", "企业代码", "subject", "uscc")
PRODUCT = ("产品", "product")
PURPOSE = ("用途", "purpose")
CONSENT = ("授权编号", "consent")
DUTY = ("职责依据", "duty")
_FORMER = {"信用体检": "health_check", "信用画像": "portrait"}  # what earlier templates called them
_PRODUCTS = _FORMER | {name: code for code, one in PRODUCTS.items() for name in (code, one.title_zh, one.title_en)}
_PURPOSES = {name: code for code, title in PURPOSES.items() for name in (code, title)}
ANSWERED = (
    "行号 number", "统一社会信用代码 subject", "产品 product", "用途 purpose", "结果 outcome", "评分 score",
    "等级 band", "达标 flag", "单位 units", "查询编号 inquiry", "签名应答 answer",
)  # fmt: skip


@dataclass(frozen=True)
class SheetRow:
    """A row: its number in the file, what it asks, or the key of what is wrong with it."""

    number: int
    subject: str
    question: Question | None
    wrong: str = ""


def read_sheet(path: Path, *, product: str, purpose: str) -> list[SheetRow]:
    """Read the questions of a file, CSV or a workbook; `product` and `purpose` where a row names none.

    Raises MalformedError where it cannot be read, DeniedError where it has no column of codes or too many rows.
    """
    table = decode(path)
    places = {name.strip().lower(): place for place, name in reversed(list(enumerate(table.header)))}
    subject_at = _place(places, SUBJECT)
    if subject_at is None:
        raise DeniedError("batch-without-subjects")
    others = {
        "product": _place(places, PRODUCT),
        "purpose": _place(places, PURPOSE),
        "consent": _place(places, CONSENT),
        "duty": _place(places, DUTY),
        **{name: _place(places, headings) for name, headings in FIELDS.items()},
    }
    found: list[SheetRow] = []
    first: dict[tuple[str, str, str], int] = {}
    for number, cells in table.rows:
        given = {name: _cell(cells, place) for name, place in others.items()}
        subject = _cell(cells, subject_at)
        if not subject and not any(given.values()):
            continue
        row = _read_row(number, subject, {"product": product, "purpose": purpose}, given)
        if row.question is not None:
            asked = (row.subject, row.question.product, row.question.purpose)
            if first.setdefault(asked, number) != number:
                row = SheetRow(number, subject, None, "batch-row-again")
        found.append(row)
        if len(found) > MOST_QUESTIONS:
            raise DeniedError("batch-too-long")
    return found


def _read_row(number: int, subject: str, usual: Mapping[str, str], given: Mapping[str, str]) -> SheetRow:
    product = _PRODUCTS.get(given["product"] or usual["product"])
    purpose = _PURPOSES.get(given["purpose"] or usual["purpose"])
    if not subject:
        return SheetRow(number, subject, None, "batch-row-no-code")
    if product is None:
        return SheetRow(number, subject, None, "batch-row-product")
    if purpose is None:
        return SheetRow(number, subject, None, "batch-row-purpose")
    try:
        consent = UUID(given["consent"]) if given["consent"] else None
        question = Question(
            subject=subject, product=product, purpose=purpose, consent=consent, duty=given["duty"] or None
        )
    except (ValueError, ValidationError):
        wrong = "batch-row-basis" if given["duty"] else "batch-row-consent" if given["consent"] else "batch-row-code"
        return SheetRow(number, subject, None, wrong)
    try:
        question = Question.model_validate({**question.model_dump(), **read_written(given)})
    except (ValueError, ValidationError):
        return SheetRow(number, subject, None, "batch-row-extent")
    if read_identifier(subject).kind != Kind.USCC:  # it would be denied, and costs nothing
        return SheetRow(number, subject, None, "batch-row-code")
    return SheetRow(number, subject, question)


def refused_sheet(words: Words, fault: MalformedError | DeniedError) -> tuple[str, int]:
    """Return what is said beside a form whose file was refused, and the status of its page."""
    if isinstance(fault, MalformedError):
        return words.half(fault), 400
    if fault.denial.reason == "delivery-too-large":
        return words("batch-too-large"), 413
    return why(words, fault.denial.reason), 400


def template() -> bytes:
    """Return the empty form: its headings, and how a row is filled in."""
    rows = [[SUBJECT[0], PRODUCT[0], PURPOSE[0], CONSENT[0], DUTY[0], *(headings[0] for headings in FIELDS.values())]]
    listed = [
        ["产品 products", *(one.title_zh for one in PRODUCTS.values())], ["用途 purposes", *PURPOSES.values()],
        ["深度 tier", "详细", "概要"],
        ["数据类别 categories", *(one.zh for one in get_catalogue().categories.values())],
        ["按授权应答 narrow", "是", "否"],
    ]  # fmt: skip
    return write_workbook("查询", rows, listed)


def _place(places: Mapping[str, int], names: Sequence[str]) -> int | None:
    return next((places[name] for name in names if name in places), None)


def _cell(cells: Sequence[str], place: int | None) -> str:
    return cells[place].strip() if place is not None and place < len(cells) else ""
