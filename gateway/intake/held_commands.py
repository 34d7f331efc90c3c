"""`xinqiao agency held list|show|accept|discard`: what is held until a person decides."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from gateway.cli.asking import Yes, confirm_final
from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, show
from gateway.intake.held_text import held_lines

if TYPE_CHECKING:
    from gateway.runtime.instance import Instance

group = typer.Typer(no_args_is_help=True, help="暂存的提交 Submissions that look unlike those before them.")
HeldId = Annotated[UUID, typer.Argument(metavar="ID", help="暂存编号 Its id.")]


@group.command("list")
def list_held(
    every: Annotated[bool, typer.Option("--all", help="含已处理的 Those decided on too.")] = False,
    as_json: AsJson = False,
) -> None:
    """列出暂存的提交及不同之处 List what is held, and how it differs."""
    from gateway.intake.documents import held_document
    from gateway.intake.held import read_held
    from gateway.runtime.actor import at_this_machine

    async def run(instance: "Instance") -> list[dict[str, Any]]:
        async with instance.units.begin("held.list", at_this_machine()) as work:
            return [held_document(row) for row in await read_held(work, None if every else "waiting", most=500)]

    rows = on_instance(run)
    if as_json:
        show(as_json, {"暂存 held": rows})
        return
    for row in rows:
        differs = "\n".join(f"{finding['zh']} {finding['en']}" for finding in row["findings"])
        sent = f"{row['agency']} · {row['dataset']} · {row['sender_batch']} · {row['sent_by']}"
        members = {"提交 submission": sent, "不同 differs": differs, "状态 state": row["state"]}
        show(as_json, {"暂存 held": row["held"], **members, "到期 expires": row["expires_at"]})


@group.command("show")
def show_held(held_id: HeldId, as_json: AsJson = False) -> None:
    """查看一次：为何暂存、会丢失什么、前几行入库后的样子 Show why, what would be lost, and its first rows as stored."""
    from gateway.intake.held_preview import preview_document, preview_held
    from gateway.intake.submission import intake_of
    from gateway.runtime.actor import at_this_machine

    async def run(instance: "Instance") -> dict[str, Any]:
        preview = await preview_held(instance.units, at_this_machine(), intake_of(instance), held_id)
        return preview_document(preview)

    found = on_instance(run, as_json=as_json)
    if as_json:
        show(as_json, found)
        return
    for line in held_lines(found):
        typer.echo(line)


@group.command("accept")
def accept(
    held_id: HeldId,
    part: Annotated[
        bool, typer.Option("--part", help="作为清单的一部分，不终止任何记录 As a part of a full list: nothing ends.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """接受：入库，其列和数值从此视为已知 Take it in; its columns and values are known from then on."""
    from gateway.intake.accepting import accept_held
    from gateway.intake.submission import intake_of
    from gateway.runtime.actor import at_this_machine

    batch = on_instance(
        lambda instance: accept_held(instance.units, at_this_machine(), intake_of(instance), held_id, part=part),
        as_json=as_json,
    )
    show(
        as_json,
        {
            "批次 batch": str(batch.batch_id), "行数 rows": batch.row_count, "问题数据 rejected": batch.rejected,
            "终止 ended": batch.ended, "恢复 returned": batch.returned,
        },
    )  # fmt: skip


@group.command("discard")
def discard(held_id: HeldId, yes: Yes = False, as_json: AsJson = False) -> None:
    """作废：不入库并删除，不可恢复 Throw it away, for good; the agency sends another."""
    from gateway.intake.held import discard_held
    from gateway.intake.submission import intake_of
    from gateway.runtime.actor import at_this_machine

    confirm_final(
        f"将删除暂存的提交 {held_id}，须由部门重新提交 "
        "This deletes the held submission: the agency has to send it again",
        yes=yes,
    )
    on_instance(
        lambda instance: discard_held(instance.units, at_this_machine(), intake_of(instance).spool, held_id),
        as_json=as_json,
    )
    show(as_json, {"已作废 discarded": str(held_id)})
