"""`xinqiao audit who CODE-OR-NAME`: who asked about an enterprise, and one file that proves it."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn
from uuid import UUID

import typer

from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, Force, fail, in_a_folder, keep_existing, show
from gateway.questions import MOST_AT_ONCE

if TYPE_CHECKING:
    from gateway.inquiries.questions import QuestionFilter
    from gateway.questions.evidence import Proof
    from gateway.questions.who import Found, Wanted
    from gateway.runtime.denial import Denial
    from gateway.runtime.instance import Instance

FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"]
DAY = "YYYY-MM-DD"
Since = typer.Option(
    formats=FORMATS,
    metavar=DAY,
    help="自某日 YYYY-MM-DD 北京时间零时，或自时刻 From midnight of a day (Beijing), or a moment with its offset.",
)
Until = typer.Option(
    formats=FORMATS,
    metavar=DAY,
    help="到某日 YYYY-MM-DD 为止，含当日（北京时间），或到时刻之前 To the end of a day (Beijing), or before a moment.",
)
LISTED = ("asked_at", "institution", "account", "products", "purpose", "consent", "outcome", "reason", "id")


def who(
    said: Annotated[str, typer.Argument(help="信用代码、旧代码或名称 A credit code, a former code, or a name.")],
    *,
    since: Annotated[datetime | None, Since] = None,
    until: Annotated[datetime | None, Until] = None,
    institution: Annotated[str | None, typer.Option(help="查询或转交的机构 Who asked, or passed it on.")] = None,
    account: Annotated[str | None, typer.Option(help="账户 The account that asked.")] = None,
    person: Annotated[
        str | None, typer.Option(help="账户所代的人员，如 person:li Whom the account asked for, such as person:li.")
    ] = None,
    purpose: Annotated[str | None, typer.Option(help="用途 What for.")] = None,
    outcome: Annotated[
        str | None, typer.Option(help="结果或原因 answered, denied, failed, open, or a reason of denial.")
    ] = None,
    after: Annotated[UUID | None, typer.Option(help="上一页的最后一个编号 The last id of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST_AT_ONCE, help="最多几条 At most so many.")] = MOST_AT_ONCE,
    evidence: Annotated[
        Path | None, typer.Option(help="写出可离线核验的证据文件 Write a file that proves it offline.", dir_okay=False)
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """谁在何时为何查询过某企业，被拒绝的也在内 Who asked about an enterprise, when, what for; denied questions too."""
    from gateway.inquiries.questions import QuestionFilter
    from gateway.questions.who import Wanted

    in_a_folder(evidence)
    keep_existing(evidence, force=force)
    asked = QuestionFilter(moment_of(since), end_of(until), institution, account, purpose, outcome, person)
    wanted = Wanted(said, asked, after, limit)
    if evidence is None:
        _show_found(_ask(wanted), asked, as_json=as_json)
    else:
        _write(_prove(wanted), evidence, as_json=as_json)


def extend(group: typer.Typer) -> None:
    """Add the commands to the group of the log."""
    from gateway.questions.statistics_command import statistics

    group.command("who")(who)
    group.command("statistics")(statistics)


def _ask(wanted: "Wanted") -> "Found | Denial":
    from gateway.questions.who import ask_who
    from gateway.runtime.actor import at_this_machine

    async def run(instance: "Instance") -> "Found | Denial":
        async with instance.units.begin("audit.who", at_this_machine()) as work:
            return await ask_who(work, instance.protector, wanted)

    return on_instance(run)


def _prove(wanted: "Wanted") -> "Proof | Denial":
    from gateway.questions.evidence import prove_who
    from gateway.runtime.actor import at_this_machine

    async def run(instance: "Instance") -> "Proof | Denial":
        async with instance.units.begin("audit.who", at_this_machine()) as work:
            return await prove_who(work, instance.protector, wanted)

    return on_instance(run)


def _show_found(found: "Found | Denial", asked: "QuestionFilter", *, as_json: bool) -> None:
    from gateway.questions.documents import found_document
    from gateway.runtime.denial import Denial

    if isinstance(found, Denial):
        _fail(found, as_json=as_json)
    told = found_document(found)
    if as_json:
        show(True, told)
        return
    if told["questions"]:
        show(False, [_in_words(one) for one in told["questions"]], LISTED)
    else:
        show(False, {"查询 questions": "无 none"})
    if asked.since or asked.until:
        show(False, {"期间 period": _period(asked)})
    if told["next"]:
        show(False, {"另有 more": f"--after {told['next']}"})


def _in_words(question: dict[str, Any]) -> dict[str, object]:
    consent = question["consent"]
    return {
        **question, "asked_at": datetime.fromisoformat(question["asked_at"]),
        "consent": f"{consent['id']} {consent['version'] or ''}".strip() if consent else None,
    }  # fmt: skip


def _period(asked: "QuestionFilter") -> str:
    """Say which period was searched, by the clock in Beijing."""
    from connectors.model.calendar import SHANGHAI

    since, until = (
        one.astimezone(SHANGHAI).isoformat(" ", "seconds") if one else None for one in (asked.since, asked.until)
    )
    ends = f"{until}（不含 left out）" if until else "现在 now"
    return f"北京时间 Beijing time，自 from {since or '最早 the first'}，至 until {ends}"


def _write(proof: "Proof | Denial", path: Path, *, as_json: bool) -> None:
    from gateway.questions.file import PROVES, file_bytes
    from gateway.runtime.denial import Denial

    if isinstance(proof, Denial):
        _fail(proof, as_json=as_json)
    content = file_bytes(proof.file)
    path.write_bytes(content)
    show(
        as_json,
        {
            "证据 evidence": str(path),
            "字节 bytes": len(content),
            "条目 entries": len(proof.file["entries"]),
            "授权 consents": len(proof.file["consents"]),
            "另有 next": str(proof.next) if proof.next else None,
            "证明什么 proves": PROVES,
        },
    )


def _fail(denial: "Denial", *, as_json: bool) -> NoReturn:
    from gateway.web.error_table import ERRORS

    said = denial.detail or ERRORS[denial.reason].title
    candidates: Any = denial.members.get("candidates", [])
    if candidates and not as_json:
        show(False, candidates, ("uscc", "name", "former", "subject"))
    fail(said, {**denial.members, "reason": denial.reason, "failed": said} if as_json else None)


def moment_of(given: datetime | None) -> datetime | None:
    """Return a moment that was given; a day alone is its midnight in Beijing."""
    from connectors.model.calendar import SHANGHAI

    return given.replace(tzinfo=SHANGHAI) if given is not None and given.tzinfo is None else given


def end_of(given: datetime | None) -> datetime | None:
    """Return when a period ends: a day that was named is in it."""
    moment = moment_of(given)
    return moment + timedelta(days=1) if moment is not None and given is not None and given.tzinfo is None else moment
