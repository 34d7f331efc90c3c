"""`xinqiao enterprise records|object|objections`: what is held about an enterprise, and what it says is wrong in it."""

from typing import Annotated, Any
from uuid import UUID

import typer

from gateway.cli.asking import Yes, check_reason, confirm_final
from gateway.cli.at_service import As, KeyFile, Service, Signatory
from gateway.cli.in_words import coded, moment
from gateway.cli.naming import LISTED, Limit
from gateway.cli.output import AsJson, Column, show

RECORDS = (
    Column("record", "记录 record"),
    Column("title", "目录 title"),
    Column("producer", "来源 producer"),
    Column("status", "状态 status"),
    Column("visible", "公示 shown"),
    Column("event_date", "日期 event_date"),
    Column("publish_until", "公示至 publish_until"),
    Column("sharing", "共享 sharing"),
    *(
        Column(name, name, listed=False)
        for name in ("dataset", "agency", "agency_name", "version", "recorded_at", "superseded_at", "batch", "content")
    ),
)
OBJECTIONS = (
    Column("objection", "异议 objection"),
    Column("record", "记录 record"),
    Column("agency", "部门 agency"),
    Column("state", "状态 state"),
    Column("reason", "原因 reason"),
    Column("recorded_at", "提出 filed"),
    Column("answer_due_on", "答复期限 due"),
    Column("close_due_on", "办结期限 close"),
    Column("provisional", "暂定 provisional"),
    Column("decision", "答复 decision"),
    Column("decided_at", "答复时间 decided_at"),
    *(
        Column(name, name, listed=False)
        for name in ("dataset", "document", "decision_document", "hidden", "actor", "entry", "mark_due_on", "rule")
    ),
)
# As docs/records.md has them.
STATUSES = {
    "current": "现行", "objected": "异议中", "withdrawn": "已撤回", "repaired": "已修复", "annulled": "异议成立",
    "ended": "已终止",
    "superseded": "已更正", "unresolved": "待匹配", "expired": "公示期满", "not_yet": "未到公示日",
}  # fmt: skip
STATES = {
    "open": "待办", "upheld": "成立", "rejected": "不成立", "withdrawn": "已撤回", "repaired": "已修复",
    "superseded": "已更正",
}  # fmt: skip


def extend(group: typer.Typer) -> None:
    """Add these commands to the group of the enterprise."""
    group.command("records")(records)
    group.command("object")(object_to)
    group.command("objections")(objections)


def records(
    service: Service,
    signatory: As,
    key: KeyFile,
    *,
    dataset: Annotated[str | None, typer.Option(help="数据目录 Those of this dataset.")] = None,
    hidden: Annotated[bool, typer.Option("--hidden", help="也列出不再公示的 Also what is not shown any more.")] = False,
    limit: Limit = LISTED,
    as_json: AsJson = False,
) -> None:
    """平台上有关本企业的记录 What is held about the enterprise, with its source; --json has the contents."""
    Signatory(service, signatory, key, as_json).show(
        "records", lambda boss: boss.records(dataset=dataset, hidden=hidden), _in_words, RECORDS, limit
    )


def _in_words(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with its title and source in words."""
    from gateway.console.texts import load_texts

    agency = (record["agency_name"] or {}).get("zh", record["agency"])
    sharing = {record["sharing"]: load_texts("zh").gettext(f"sharing-{record['sharing']}")}
    title = f"{record['title']['zh']} {record['title']['en']}"
    return {
        **record, "title": title, "producer": record["producer"] or agency,
        "status": coded(record["status"], STATUSES), "sharing": coded(record["sharing"], sharing),
    }  # fmt: skip


def object_to(
    record: Annotated[UUID, typer.Argument(help="记录编号 The record's id.")],
    service: Service,
    signatory: As,
    key: KeyFile,
    *,
    reason: Annotated[
        str, typer.Option(callback=check_reason, help="错在哪里，勿写个人信息 What is wrong; no names of persons.")
    ],
    document: Annotated[str | None, typer.Option(help="依据的文书 The document it rests on.")] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """对一条记录提出异议 Say that a record is wrong; the agency it came from decides."""
    confirm_final(f"将对记录提出异议 This objects to the record {record}", yes=yes)
    noted = Signatory(service, signatory, key, as_json).run(
        lambda boss: boss.object_to(str(record), reason=reason, document=document)
    )
    follows = "部门核实前记录照常公示，附异议标记 it stays visible, marked, until the agency decides"
    if noted["hidden"]:
        follows = "部门核实前记录不公示，也不用于评分 it is neither shown nor used until the agency decides"
    told = {
        "异议 objection": noted["act"],
        "记录 record": noted["record"],
        "状态 state": coded(noted["state"], STATUSES),
        "答复期限 answer due": noted["term"]["answer_by"],
        "办结期限 to be closed by": noted["term"]["close_by"],
    }
    if noted["term"]["provisional"]:
        told["暂定 provisional"] = "节假日尚未公布，按周一至周五计 some holidays are not announced: Monday to Friday"
    show(as_json, noted if as_json else {**told, "此后 from now on": follows})


def objections(
    service: Service,
    signatory: As,
    key: KeyFile,
    *,
    state: Annotated[
        str | None,
        typer.Option(metavar="STATE", help="状态 Only: open | upheld | rejected | withdrawn | repaired | superseded"),
    ] = None,
    limit: Limit = LISTED,
    as_json: AsJson = False,
) -> None:
    """本企业的异议及结果 The enterprise's objections, and what became of each."""
    Signatory(service, signatory, key, as_json).show(
        "objections", lambda boss: boss.objections(state=state), _row, OBJECTIONS, limit
    )


def _row(objection: dict[str, Any]) -> dict[str, Any]:
    return {
        **objection, "state": coded(objection["state"], STATES), "recorded_at": moment(objection["recorded_at"]),
        "decided_at": moment(objection["decided_at"]),
    }  # fmt: skip
