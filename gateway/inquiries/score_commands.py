"""`xinqiao score replay`: an old answer computed again, compared to the byte; `sheet`: an answer to print."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, Force, fail, keep_existing, show, show_one
from gateway.inquiries.signed_file import AnswerFile, KeysFile, make_of

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


@group.command("sheet")
def sheet(
    answer: AnswerFile,
    keys: KeysFile,
    pdf: Annotated[
        Path, typer.Option(metavar="FILE", dir_okay=False, help="写成此文件，或与之比较 Made, or compared.")
    ],
    card: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="应答的评分卡，随程序发布的不用给 Its card, if released."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="与已有的文件逐字节比较 Compare with the file that is there.")
    ] = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """由签名应答制作体检表或画像 Make the PDF of a signed health check or portrait, or check one; needs no instance."""
    from gateway.inquiries.sheet_pdf import sheet_pdf
    from scoring_adapter.errors import CardError
    from scoring_adapter.published import publish
    from signing.jws import payload_of

    def make(token: str) -> bytes:
        if card is not None and publish(card.read_text("utf-8")) != payload_of(token)["model"]:
            fail(f"{card} 不是此应答的评分卡 is not the card of this answer")
        return sheet_pdf(token)

    try:
        made = make_of(answer, keys, make)
    except CardError as fault:
        fail(str(fault))
    if check:
        if not pdf.is_file() or pdf.read_bytes() != made:
            fail(f"{pdf} 不是此应答的体检表或画像 is not what this answer gives")
    else:
        keep_existing(pdf, force=force)
        pdf.write_bytes(made)
    show(as_json, {"相同 equal" if check else "已写 written": str(pdf), "字节 bytes": len(made)})
