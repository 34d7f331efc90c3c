"""`xinqiao agency quality [CODE]` and `xinqiao agency held list|accept|discard`: quality back to the agency."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, fail, show

if TYPE_CHECKING:
    from gateway.gateway import Gateway
    from gateway.quality.index import Score

ACTOR = "operator-cli"
NOT_COMPUTABLE = "无法计算 n/a"
WIDTH = 140  # columns: figures are not folded, whatever the terminal
held = typer.Typer(no_args_is_help=True, help="暂存报送 Deliveries that look unlike those before them.")
HeldId = Annotated[UUID, typer.Argument(help="暂存编号 Its id.")]


def extend(group: typer.Typer) -> None:
    """Add these commands to the group that also registers agencies."""
    group.command("quality")(quality)
    group.add_typer(held, name="held")


def quality(
    code: Annotated[str | None, typer.Argument(help="部门代码 An agency; without it, all of them ranked.")] = None,
    as_json: AsJson = False,
) -> None:
    """数据质量：近 12 周 The quality of an agency's data, or of all agencies ranked, over twelve weeks."""
    from connectors.catalogue.load import agencies
    from gateway.quality.documents import feed_document, score_document
    from gateway.quality.index import Score, ranked
    from gateway.quality.scores import load_scores

    if code is not None and code not in agencies():
        fail(f"没有部门 {code} there is no agency {code}")

    async def run(gateway: "Gateway") -> list["Score"]:
        async with gateway.database.begin("quality") as session:
            return ranked(await load_scores(session, datetime.now(UTC), code))

    scores = on_instance(run)
    if as_json:
        documents = [
            score_document(score) | {"datasets": [feed_document(feed) for feed in score.feeds]} for score in scores
        ]
        show(as_json, {"部门 agencies": documents})
    elif code is None:
        _print("部门 agency", [(score.agency, score) for score in scores])
    else:
        feeds = [feed for score in scores for feed in score.feeds]
        _print("数据目录 dataset", [(feed.dataset, Score(code, [feed])) for feed in feeds])


@held.command("list")
def list_held(
    every: Annotated[bool, typer.Option("--all", help="含已处理的 Those decided on too.")] = False,
    as_json: AsJson = False,
) -> None:
    """列出暂存报送及不同之处 List what is held, and how it differs."""
    from gateway.quality.details import list_held as load
    from gateway.quality.documents import held_document

    async def run(gateway: "Gateway") -> list[dict[str, Any]]:
        async with gateway.database.begin("held.list") as session:
            rows = await load(session, None, None if every else "waiting", most=500)
            return [held_document(row) for row in rows]

    rows = on_instance(run)
    if as_json:
        show(as_json, {"暂存 held": rows})
        return
    for row in rows:
        differs = "\n".join(f"{finding['zh']} {finding['en']}" for finding in row["findings"])
        sent = f"{row['agency']} · {row['dataset']} · {row['sender_batch']} · {row['sent_by']}"
        members = {"报送 delivery": sent, "不同 differs": differs, "状态 state": row["state"]}
        show(as_json, {"暂存 held": row["held"], **members, "到期 expires": row["expires_at"]})


@held.command("accept")
def accept(held_id: HeldId, as_json: AsJson = False) -> None:
    """接受：入库，其列和数值从此视为已知 Take it in; its columns and values are known from then on."""
    from connectors.errors import ConnectorError
    from gateway.intake.accepting import accept_held

    try:
        batch = on_instance(lambda gateway: accept_held(gateway, held_id, ACTOR))
    except ConnectorError as fault:
        fail(str(fault))
    show(
        as_json, {"批次 batch": str(batch.batch_id), "行数 rows": batch.row_count, "问题数据 rejected": batch.rejected}
    )


@held.command("discard")
def discard(held_id: HeldId, as_json: AsJson = False) -> None:
    """退回：不入库并删除 Throw it away; the agency sends another."""
    from gateway.intake.held import discard_held

    on_instance(lambda gateway: discard_held(gateway, held_id, ACTOR))
    show(as_json, {"已退回 discarded": str(held_id)})


def _print(title: str, rows: "list[tuple[str, Score]]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None)
    heads = ("评分 index", "及时 timely", "完整 complete", "问题 errors", "待匹配 unresolved")
    for head in (title, *heads, "中断 silent", "暂存 held", "待更正 open"):
        table.add_column(head, no_wrap=True)
    for name, score in rows:
        shares = (score.timeliness, score.completeness, score.error_rate, score.unresolved_share)
        counts = score.silent, score.total("held"), score.total("open_rows")
        index = NOT_COMPUTABLE if score.index is None else str(score.index)
        table.add_row(name, index, *map(_percent, shares), *map(str, counts))
    Console(highlight=False, soft_wrap=True, width=WIDTH).print(table)


def _percent(value: Decimal | None) -> str:
    return NOT_COMPUTABLE if value is None else f"{value:.1%}"
