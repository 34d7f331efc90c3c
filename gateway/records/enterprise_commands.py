"""`xinqiao enterprise records|object|objections`: what is held about an enterprise, and what it says is wrong in it."""

from itertools import islice
from typing import Annotated
from uuid import UUID

import typer

from gateway.cli.asking import Yes, confirm_final
from gateway.cli.at_service import As, KeyFile, Service, Signatory
from gateway.cli.output import AsJson, show

Limit = Annotated[int, typer.Option(min=1, help="最多几条 At most so many.")]
RECORDS = (
    "记录 record",
    "目录 title",
    "来源 agency",
    "状态 status",
    "公示 shown",
    "日期 date",
    "公示至 until",
    "共享 sharing",
)
OBJECTIONS = {
    "异议 objection": "objection", "记录 record": "record", "部门 agency": "agency", "状态 state": "state",
    "原因 reason": "reason", "提出 filed": "recorded_at", "答复 decision": "decision", "答复时间 decided": "decided_at",
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
    limit: Limit = 200,
    as_json: AsJson = False,
) -> None:
    """平台上有关本企业的记录 What is held about the enterprise, with its source; --json has the contents."""
    found = Signatory(service, signatory, key, as_json).run(
        lambda boss: list(islice(boss.records(dataset=dataset, hidden=hidden), limit))
    )
    rows = [
        {
            "记录 record": one["record"], "目录 title": f"{one['title']['zh']} {one['title']['en']}",
            "来源 agency": one["producer"] or (one["agency_name"] or {}).get("zh") or one["agency"],
            "状态 status": one["status"], "公示 shown": one["visible"], "日期 date": one["event_date"],
            "公示至 until": one["publish_until"], "共享 sharing": one["sharing"],
        }
        for one in found
    ]  # fmt: skip
    show(as_json, found if as_json else rows, RECORDS)


def object_to(
    record: Annotated[UUID, typer.Argument(help="记录编号 The record's id.")],
    service: Service,
    signatory: As,
    key: KeyFile,
    *,
    reason: Annotated[str, typer.Option(help="错在哪里，勿写个人信息 What is wrong; no names of persons.")],
    document: Annotated[str | None, typer.Option(help="依据的文书 The document it rests on.")] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """对一条记录提出异议 Say that a record is wrong; the agency it came from decides."""
    confirm_final(f"对记录提出异议 An objection to the record {record} is filed", yes=yes)
    noted = Signatory(service, signatory, key, as_json).run(
        lambda boss: boss.object_to(str(record), reason=reason, document=document)
    )
    follows = "部门核实前记录照常公示，附异议标记 it stays visible, marked, until the agency decides"
    told = {"异议 objection": noted["act"], "记录 record": noted["record"], "状态 state": noted["state"]}
    show(as_json, noted if as_json else {**told, "此后 from now on": follows})


def objections(
    service: Service,
    signatory: As,
    key: KeyFile,
    *,
    state: Annotated[str | None, typer.Option(help="状态 open, upheld, rejected, withdrawn, repaired.")] = None,
    limit: Limit = 200,
    as_json: AsJson = False,
) -> None:
    """本企业的异议及结果 The enterprise's objections, and what became of each."""
    found = Signatory(service, signatory, key, as_json).run(
        lambda boss: list(islice(boss.objections(state=state), limit))
    )
    rows = [{label: one[name] for label, name in OBJECTIONS.items()} for one in found]
    show(as_json, found if as_json else rows, list(OBJECTIONS))
