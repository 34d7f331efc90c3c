"""Objections that wait, on a page: to a clerk those to the agency's records, to operators and auditors all of them."""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response

from connectors.records.objection_rules import PlacedRule
from gateway.console.table import Cell, Column, Content, Filter, TableQuery, TableSpec, Tone, in_memory, table_query
from gateway.console.words import Words, words_of
from gateway.people.acting import acting
from gateway.people.guard import signed_in
from gateway.people.listing import show_table
from gateway.people.sessions import Present
from gateway.records.objections import list_open, rule_in_force
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/objections", include_in_schema=False)
Seeing = Annotated[Present, Depends(signed_in("clerk", "operator", "auditor"), scope="function")]
MOST = 1_000
EFFECTS = {"mark": "obj-rule-mark", "withhold": "obj-rule-withhold"}
TONES: dict[str, Tone] = {"overdue": "bad", "late": "warn", "in_time": "quiet"}
OPEN = TableSpec(
    "open-objections",
    (
        Column("dataset", "dataset", sortable=True),
        Column("agency", "agency", sortable=True),
        Column("standing", "how-it-stands", sortable=True),
        Column("reason", "ent-what-is-wrong"),
        Column("filed", "ent-filed", kind="time", sortable=True),
        Column("answer", "obj-answer-by", kind="time", sortable=True),
        Column("close", "obj-close-by", kind="time", sortable=True),
        Column("record", "obj-record", kind="code", optional=True),
    ),
    (Filter("standing", "how-it-stands", options=tuple(TONES), prefix="obj-standing-"),),
    sort="answer",
)


@router.get("")
async def show(
    request: Request, units: Units, present: Seeing, asked: Annotated[TableQuery, Depends(table_query(OPEN))]
) -> Response:
    """Show what waits, the first that is due at the top, and the rule that an objection made now is under."""
    async with units.begin("objections.show", acting(present)) as work:
        found, placed = await list_open(work, MOST), rule_in_force(work, work.now)
    words, wanted = words_of(request), asked.filters["standing"]
    table = in_memory(
        OPEN, asked, [one for one in found if wanted in {"", one["standing"]}],
        cells=lambda one: _cells(words, one),
        keys={
            "dataset": lambda one: words.titles.dataset(one["dataset"]),
            "agency": lambda one: words.titles.agency(one["agency"]),
            "standing": lambda one: list(TONES).index(one["standing"]), "filed": lambda one: one["recorded_at"],
            "answer": lambda one: one["answer_due_on"], "close": lambda one: one["close_due_on"],
        },
    )  # fmt: skip
    late = sum(one["standing"] != "in_time" for one in found)
    return await show_table(
        request, units, present, "objections", table, waiting=len(found), late=late, rule=in_words(words, placed)
    )  # fmt: skip


def in_words(words: Words, placed: PlacedRule) -> str:
    """Say what a rule is: by when an objection is answered and closed, what becomes of the record, by which law."""
    rule = placed.rule
    days = "obj-working-days" if rule.days == "working" else "days"
    return words(
        EFFECTS[rule.effect], law=words.either(rule.law.zh, rule.law.en), answer=words.count(days, rule.answer),
        close=words.count(days, rule.close),
    )  # fmt: skip


def due_cell(words: Words, one: dict[str, Any], name: str) -> Cell:
    """Return the cell of a day by which an objection is seen to, and that it was counted without holidays."""
    return Cell(words.day(one[name]), sub=words("obj-provisional") if one["provisional"] else "")


def _cells(words: Words, one: dict[str, Any]) -> list[Content]:
    standing = one["standing"]
    return [
        words.titles.dataset(one["dataset"]),
        words.titles.agency(one["agency"]),
        Cell(words(f"obj-standing-{standing}"), tone=TONES[standing], sub=words("obj-hidden") if one["hidden"] else ""),
        Cell(one["reason"], sub=one["document"] or ""),
        words.moment(one["recorded_at"]),
        due_cell(words, one, "answer_due_on"),
        due_cell(words, one, "close_due_on"),
        one["record"],
    ]
