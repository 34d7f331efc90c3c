"""Who asked about an enterprise, at the console: the question, its answer as a table and a sentence, and as a file."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import Response

from consent.life import STATUSES
from consent.terms import PURPOSES
from gateway.console.form import Form
from gateway.console.render import PageError, page
from gateway.console.table import Cell, Column, Content, Filter, TableQuery, TableSpec, in_memory, table_query
from gateway.console.table_address import begins, ends
from gateway.console.words import Words, words_of
from gateway.evidence.growth import read_standing
from gateway.evidence.routes import Secrets
from gateway.evidence.wording import (
    USAGE,
    Names,
    actor_meant,
    asked_in_words,
    find_names,
    institution_meant,
    outcome_in_words,
    reason_in_words,
)  # fmt: skip
from gateway.inquiries.bases.words import basis_in_words
from gateway.inquiries.questions import OUTCOMES, Question, QuestionFilter
from gateway.inquiries.replay import Replay, replay_inquiry
from gateway.people.acting import acting
from gateway.people.guard import AuditorPresent, SignedForm
from gateway.people.listing import show_table
from gateway.people.sessions import Present
from gateway.questions import MOST_AT_ONCE
from gateway.questions.evidence import prove_who
from gateway.questions.file import file_bytes
from gateway.questions.one import Behind, get_asked
from gateway.questions.replay_words import compared
from gateway.questions.who import Asked, Found, Wanted, ask_who
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/audit", include_in_schema=False)
MOST_COUNTED = 2_000  # what the sentence counts and the table holds; whoever is asked about more often names a period
QUESTIONS = TableSpec(
    "audit-questions",
    (
        Column("when", "audit-when", "time", sortable=True), Column("institution", "audit-institution-by"),
        Column("what", "audit-asked-for"), Column("basis", "audit-basis"), Column("ending", "outcome"),
        Column("entry", "audit-entry"),
    ),
    (
        Filter("subject", "audit-about", "text"), Filter("since", "audit-since", "day"),
        Filter("until", "audit-until", "day"), Filter("institution", "institution", "text"),
        Filter("account", "audit-account", "text"), Filter("person", "audit-person", "text"),
        Filter("purpose", "audit-purpose", options=tuple(PURPOSES), prefix="asked-purpose-"),
        Filter("outcome", "outcome", options=(*OUTCOMES, *sorted(STATUSES)), prefix="outcome-"),
    ),
    sort="when", descending=True,
)  # fmt: skip
Query = Annotated[TableQuery, Depends(table_query(QUESTIONS))]


@router.get("/questions")
async def questions(
    request: Request, units: Units, protector: Secrets, present: AuditorPresent, asked: Query
) -> Response:
    """Show the form, and once an enterprise is named, who asked about it."""
    words = words_of(request)
    if not asked.filters["subject"]:
        return page(request, "audit_questions", present, table=None, form=Form(asked.filters), **_nothing(words))
    async with units.begin("questions.show", acting(present)) as work:
        try:
            found: Found | Denial = await ask_who(work, protector, await _wanted(work, asked.filters))
        except DeniedError as fault:
            found = fault.denial
        if isinstance(found, Denial):
            wrong = Form(asked.filters, {} if found.reason == "subject-ambiguous" else {"subject": _why(words, found)})
            return page(
                request, "audit_questions", present, table=None, form=wrong, status=400 if wrong.errors else 200,
                **{**_nothing(words), "candidates": found.members.get("candidates", [])},
            )  # fmt: skip
        latest = (await read_standing(work)).latest
        names = await names_of(work, words, [one.question for one in found.asked])
    table = in_memory(
        QUESTIONS, asked, found.asked, cells=lambda one: _row(names, one),
        keys={"when": lambda one: one.question.asked_at},
    )  # fmt: skip
    return await show_table(
        request, units, present, "audit_questions", table, form=Form(asked.filters), about=found.subject,
        codes=found.codes, candidates=[], finding=finding(words, found.asked), more=found.next is not None,
        checkpoint=latest, choices=_choices(words), query=request.url.query,
    )  # fmt: skip


@router.get("/questions/evidence")
async def evidence(units: Units, protector: Secrets, present: AuditorPresent, asked: Query) -> Response:
    """Give the file that proves the answer. Raises PageError where nothing can be proved."""
    if not asked.filters["subject"]:
        raise PageError("audit-subject-needed", 400)
    try:
        async with units.begin("questions.prove", acting(present)) as work:
            proof = await prove_who(work, protector, await _wanted(work, asked.filters, most=MOST_AT_ONCE))
    except DeniedError as fault:
        raise PageError("audit-not-proved", 409 if fault.denial.reason == "not-yet-published" else 400) from fault
    if isinstance(proof, Denial):
        raise PageError("audit-not-proved", 404)
    headers = {"Content-Disposition": 'attachment; filename="questions.json"', "Cache-Control": "no-store"}
    return Response(file_bytes(proof.file), media_type="application/json", headers=headers)


@router.get("/inquiries/{inquiry_id}")
async def inquiry(request: Request, inquiry_id: UUID, units: Units, present: AuditorPresent) -> Response:
    """Show one inquiry with its consent's whole life and its entries."""
    return await _inquiry_page(request, units, present, inquiry_id)


@router.post("/inquiries/{inquiry_id}/replay")
async def replay(
    request: Request, inquiry_id: UUID, units: Units, present: AuditorPresent, _form: SignedForm
) -> Response:
    """Compute an answer again, and show above the inquiry whether it comes to the same bytes, or what differs."""
    try:
        async with units.begin("inquiry.replay", acting(present)) as work:
            made = await replay_inquiry(work, inquiry_id)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    return await _inquiry_page(request, units, present, inquiry_id, made)


async def _inquiry_page(
    request: Request, units: UnitsOfWork, present: Present, inquiry_id: UUID, made: Replay | None = None
) -> Response:
    words = words_of(request)
    try:
        async with units.begin("inquiry.show", acting(present)) as work:
            behind = await get_asked(work, inquiry_id)
            actors = [one.actor for one in behind.versions]
            names = await names_of(work, words, [behind.asked.question], actors=actors, codes=[behind.uscc])
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    question = behind.asked.question
    return page(
        request, "audit_inquiry", present, crumbs=[(words("audit-inquiry"), "")], behind=behind, question=question,
        names=names, facts=_facts(names, behind), ending=outcome_in_words(words, question.outcome),
        reason=reason_in_words(words, question.reason) if question.reason else "",
        stands=lambda one: outcome_in_words(words, one)[0], uses=lambda one: used_in_words(words, one), replay=made,
        compared=compared(words, made.model, made.differences) if made else [],
        hindered=words.half(made.why) if made else "",
    )  # fmt: skip


async def names_of(
    work: UnitOfWork, words: Words, asked: Sequence[Question], *, actors: Sequence[str] = (), codes: Sequence[str] = ()
) -> Names:
    """Return the names that questions are shown with."""
    institutions = [one.institution for one in asked] + [one.intermediary for one in asked]
    people = [one.person for one in asked if one.person]
    return await find_names(work.session, words, institutions=institutions, actors=[*people, *actors], codes=codes)


def finding(words: Words, asked: Sequence[Asked]) -> str:
    """Return the sentence that says what was found: how many asked how often, and what was denied why."""
    put = [one.question for one in asked if one.question.kind == "inquiry"]
    requests = len(asked) - len(put)
    if not put:
        said = [words("audit-nobody-asked")]
    else:
        institutions = words.count("audit-institutions", len({one.institution for one in put}))
        said = [words("audit-asked-times", institutions=institutions, times=words.count("audit-times", len(put)))]
    denied = [one for one in put if one.outcome == "denied"]
    unconsented = sum((one.reason or "").startswith("consent-") for one in denied)
    if denied:
        said.append(words.count("audit-denied", len(denied)))
    if unconsented:
        said.append(words.count("audit-unconsented", unconsented))
    if requests:
        said.append(words.count("audit-requests", requests))
    return words("audit-finding", parts=words("audit-comma").join(said))


def used_in_words(words: Words, content: Mapping[str, Any]) -> str:
    """Return what was done with an answer."""
    ending = outcome_in_words(words, str(content.get("outcome", "")), USAGE)[0]
    amount = content.get("amount")
    return f"{ending} {amount}" if amount else ending


async def _wanted(work: UnitOfWork, filters: Mapping[str, str], most: int = MOST_COUNTED) -> Wanted:
    said = filters["institution"]
    return Wanted(
        filters["subject"],
        QuestionFilter(
            begins(filters["since"]), ends(filters["until"]),
            await institution_meant(work.session, said) if said else None,
            filters["account"] or None, filters["purpose"] or None, filters["outcome"] or None,
            await actor_meant(work.session, filters["person"]) if filters["person"] else None,
        ),
        None, most,
    )  # fmt: skip


def _nothing(words: Words) -> dict[str, Any]:
    return {
        "views": [], "about": None, "codes": [], "candidates": [], "finding": "", "more": False, "checkpoint": None,
        "choices": _choices(words), "query": "",
    }  # fmt: skip


def _choices(words: Words) -> dict[str, list[tuple[str, str]]]:
    purposes = [(code, words(f"asked-purpose-{code}")) for code in PURPOSES]
    outcomes = [(code, words(f"outcome-{code}")) for code in (*OUTCOMES, *sorted(STATUSES))]
    return {"purpose": [("", words("audit-any")), *purposes], "outcome": [("", words("audit-any")), *outcomes]}


def _why(words: Words, denial: Denial) -> str:
    return words("audit-filter-wrong") if denial.reason == "invalid-request" else reason_in_words(words, denial.reason)


def _row(names: Names, asked: Asked) -> list[Content]:
    one, words = asked.question, names.words
    ending, tone = outcome_in_words(words, one.outcome)
    products = "、".join(asked_in_words(words, "product", product) for product in one.products)
    href = f"/console/audit/inquiries/{one.id}" if one.kind == "inquiry" else ""
    what = products if one.kind == "inquiry" else words("audit-request-for", products=products)
    return [
        Cell(words.moment(one.asked_at), href),
        Cell(names.institution(one.institution), sub=by_whom(names, one)),
        Cell(what, sub=asked_in_words(words, "purpose", one.purpose)),
        Cell(basis(words, one)),
        Cell(ending, tone=tone),
        Cell(words("audit-proof"), f"/console/audit/entries/{asked.entries[-1].event_id}"),
    ]


def by_whom(names: Names, one: Question) -> str:
    """Return through which account something was asked, and for which person."""
    return f"{names.actor(one.person)} · {one.account}" if one.person else one.account


def basis(words: Words, one: Question) -> str:
    """Return on whose permission something was asked, or why it was denied."""
    if one.reason:
        return reason_in_words(words, one.reason)
    if one.consent and one.consent[1]:
        return words("audit-on-consent", version=one.consent[1])
    return basis_in_words(one.basis.members(), words) if one.basis else words("audit-no-consent")


def _facts(names: Names, behind: Behind) -> list[tuple[str, str]]:
    one, words = behind.asked.question, names.words
    told = [
        ("audit-about", f"{names.enterprise(behind.uscc)} {'' if ':' in behind.uscc else behind.uscc}".strip()),
        ("audit-when", words.exactly(one.asked_at)),
        ("institution", names.institution(one.institution)),
        ("audit-account", one.account),
        ("audit-person", names.actor(one.person) if one.person else ""),
        ("audit-intermediary", names.institution(one.intermediary) if one.intermediary else ""),
        ("audit-asked-for", "、".join(asked_in_words(words, "product", product) for product in one.products)),
        ("audit-purpose", asked_in_words(words, "purpose", one.purpose)),
        ("audit-basis", basis_in_words(one.basis.members(), words) if one.basis else ""),
        ("audit-units", words.number(one.units)),
    ]
    return [(words(label), value) for label, value in told if value]
