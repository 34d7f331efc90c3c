"""Who asked about an enterprise, for its own people: every question, denied ones too, and one with its proof."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import PlainTextResponse, Response

from connectors.model.calendar import is_night
from gateway.consents.words import products_in, purpose_in
from gateway.console.reasons import clause
from gateway.console.render import PageError, page
from gateway.console.table import Cell, Column, Content, Filter, TableQuery, TableSpec, in_memory, table_query
from gateway.console.table_address import begins, ends
from gateway.console.words import Words, words_of
from gateway.inquiries.bases.words import basis_in_words
from gateway.inquiries.own_questions import get_own_question, prove_own_question, review_own_questions
from gateway.inquiries.questions import OUTCOMES, QuestionFilter
from gateway.people.acting import acting
from gateway.people.guard import OwnerActing
from gateway.people.listing import show_table
from gateway.runtime.denial import DeniedError
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/enterprise/questions", include_in_schema=False)
MOST = 2_000
TONES = {"denied": "bad", "failed": "warn", "open": "info", "requested": "warn"}
# A purpose's text, where one is chosen.
PURPOSES = {
    "pre_loan": "ent-purpose-pre_loan", "post_loan": "ent-purpose-post_loan", "renewal": "ent-purpose-renewal",
    "guarantee_review": "ent-purpose-guarantee_review", "subsidy": "ent-purpose-subsidy",
}  # fmt: skip
SPEC = TableSpec(
    "enterprise-questions",
    (
        Column("at", "ent-when", kind="time", sortable=True),
        Column("institution", "ent-institution", sortable=True),
        Column("what", "ent-what-for"),
        Column("outcome", "ent-outcome", sortable=True),
        Column("reason", "ent-reason"),
        Column("account", "ent-account", optional=True),
    ),
    (
        Filter("outcome", "ent-outcome", options=OUTCOMES, prefix="ent-asked-"),
        Filter("purpose", "ent-purpose", options=tuple(PURPOSES), prefix="ent-purpose-"),
        Filter("institution", "ent-institution", kind="text"),
        Filter("since", "ent-since", kind="day"),
        Filter("until", "ent-until-day", kind="day"),
    ),
    sort="at",
    descending=True,
)


@router.get("")
async def questions(
    request: Request, units: Units, present: OwnerActing, asked: Annotated[TableQuery, Depends(table_query(SPEC))]
) -> Response:
    """Show who asked, newest first, and what is unusual in it."""
    words, said = words_of(request), asked.filters
    wanted = QuestionFilter(
        begins(said["since"]), ends(said["until"]), purpose=said["purpose"] or None,
        outcome=said["outcome"] or None,
    )  # fmt: skip
    async with units.begin("enterprise.questions", acting(present)) as work:
        review = await review_own_questions(work, wanted, MOST)
    named = said["institution"].casefold()
    table = in_memory(
        SPEC, asked, [one for one in review.questions if named in one["institution_name"].casefold()],
        cells=lambda one: cells_of(words, one),
        keys={
            "at": lambda one: one["asked_at"], "institution": lambda one: one["institution_name"],
            "outcome": lambda one: one["outcome"],
        },
    )  # fmt: skip
    return await show_table(
        request, units, present, "enterprise_questions", table, unusual=review.unusual,
        cut=len(review.questions) == MOST, most=MOST,
    )  # fmt: skip


@router.get("/{question_id}")
async def question(request: Request, question_id: UUID, units: Units, present: OwnerActing) -> Response:
    """Show one question: who asked what for, how it ended, and where it stands in the log."""
    try:
        async with units.begin("enterprise.question", acting(present)) as work:
            found = await get_own_question(work, question_id)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    words = words_of(request)
    return page(
        request, "enterprise_question", present, asked=found, what=what_of(words, found), why=why_of(words, found),
        tone=TONES.get(found["outcome"], "quiet"), night=is_night(datetime.fromisoformat(found["asked_at"])),
        basis=basis_in_words(found["legal_basis"], words) if found["legal_basis"] else "",
        products_in=products_in, purpose_in=purpose_in, crumbs=[(words.moment(found["asked_at"]), "")],
    )  # fmt: skip


@router.get("/{question_id}/proof")
async def proof(question_id: UUID, units: Units, present: OwnerActing) -> Response:
    """Give the file that proves it."""
    try:
        async with units.begin("enterprise.question-proof", acting(present)) as work:
            content = await prove_own_question(work, question_id)
    except DeniedError as fault:
        if fault.denial.reason == "question-not-found":
            raise PageError("not-found", 404) from fault
        raise
    headers = {
        "Content-Disposition": f'attachment; filename="question-{question_id}.tlog-proof"', "Cache-Control": "no-store",
    }  # fmt: skip
    return PlainTextResponse(content, headers=headers)


def what_of(words: Words, one: dict[str, Any]) -> str:
    """Return what was asked for, and why, in a line."""
    said = words("ent-product-for", products=products_in(words.language, one["products"]),
                 purpose=purpose_in(words.language, one["purpose"]))  # fmt: skip
    return words("ent-consent-asked", what=said) if one["kind"] == "consent-request" else said


def why_of(words: Words, one: dict[str, Any]) -> str:
    """Return why nothing was answered; that it is between others, where the enterprise is not told."""
    if one["outcome"] not in {"denied", "failed"}:
        return ""
    if one["reason"] is None:
        return words("ent-between-others")
    return clause(words, one["reason"]) or one["reason"]


def cells_of(words: Words, one: dict[str, Any]) -> list[Content]:
    """Return the row of a question."""
    at = datetime.fromisoformat(one["asked_at"])
    path = "consents" if one["kind"] == "consent-request" else "questions"
    return [
        Cell(
            words.moment(at), href=f"/console/enterprise/{path}/{one['question']}",
            sub=words("ent-at-night") if is_night(at) else "", title=words.exactly(at),
        ),
        one["institution_name"],
        what_of(words, one),
        Cell(words(f"ent-asked-{one['outcome']}"), tone=TONES.get(one["outcome"], "quiet")),  # type: ignore[arg-type] # tones
        why_of(words, one) or None,
        one["account"],
    ]  # fmt: skip
