"""`xinqiao score replay`: an old answer computed again, and compared to the byte."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, show_one

if TYPE_CHECKING:
    from gateway.inquiries.replay import Replay
    from gateway.runtime.work import UnitOfWork

COLUMNS = (
    Column("inquiry", "编号 id"),
    Column("model", "模型 model"),
    Column("outcome", "结果 outcome"),
    Column("why", "原因 why"),
    Column("differences", "差异 differences"),
)
group = typer.Typer(
    no_args_is_help=True,
    help="评分：重算应答，拟合与比较评分卡 Scores: answers computed again; cards fitted, tried, compared.",
)


@group.callback()
def scores() -> None:
    """评分：重算应答，拟合与比较评分卡 Scores: answers computed again; cards fitted, tried, compared."""


@group.command("replay")
def replay(
    inquiry_id: Annotated[UUID, typer.Argument(metavar="ID", help="查询编号 The inquiry's id.")],
    as_json: AsJson = False,
) -> None:
    """用当时已知的记录重算应答 Compute an answer again from the records as known then; ends with 1 unless equal."""
    from gateway.inquiries.replay import replay_document, replay_inquiry

    async def run(work: "UnitOfWork") -> "Replay":
        return await replay_inquiry(work, inquiry_id)

    made = in_one_unit("score.replay", run)
    show_one(as_json, replay_document(made), COLUMNS)
    if made.outcome != "equal":
        raise typer.Exit(1)
