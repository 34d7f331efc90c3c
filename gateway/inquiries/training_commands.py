"""`xinqiao score table`: a table drawn from the store as of past days; `score backtest`: a card tried on each."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Force, fail, keep_existing, show
from gateway.scores.model_commands import CardFile, Table, card_of, or_fail

if TYPE_CHECKING:
    import polars as pl

    from gateway.runtime.work import UnitOfWork


def table(
    out: Annotated[Path, typer.Argument(help="写到哪个文件（.parquet） The Parquet file to write.")],
    as_of: Annotated[
        list[datetime], typer.Option("--as-of", formats=["%Y-%m-%d"], help="截至日，可重复 As of; may be repeated.")
    ],
    outcome: Annotated[
        str, typer.Option(metavar="NAME", help="结果：refused 或数据目录 What became of it: refused, or a dataset.")
    ],
    days: Annotated[int, typer.Option(metavar="N", help="截至日之后几天之内 Within so many days after.")] = 365,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """抽取截至过去某日的企业表，不预知此后的事 Draw a table as of past days; nothing later is in its tags."""

    async def run(work: "UnitOfWork") -> "pl.DataFrame":
        from gateway.evidence.progress import progress_bar
        from gateway.inquiries.training import Drawing, draw_table

        if out.suffix != ".parquet":
            fail(f"{out}: 须以 .parquet 结尾 its name ends with .parquet")
        keep_existing(out, force=force)
        with progress_bar("抽取 drawing") as progress:
            return await draw_table(work, Drawing([one.date() for one in as_of], outcome, days), progress)

    drawn = in_one_unit("score.table", run)
    drawn.write_parquet(out)
    show(as_json, {"已写 written": str(out), "行 rows": len(drawn), "违约 bad": int(drawn["outcome"].sum())})


def backtest(card: CardFile, table: Table, as_json: AsJson = False) -> None:
    """逐个截至日检验评分卡 Try a card on each day of a table: AUC, KS, PSI."""

    def work() -> Mapping[str, Any]:
        from scoring_adapter.modeling.backtest import backtest as try_card
        from scoring_adapter.modeling.table import read_table
        from scoring_adapter.tags.load import load_tags

        return try_card(card_of(card), read_table(table, load_tags()))

    show(as_json, or_fail(work))


def extend(group: typer.Typer) -> None:
    """Add these to the group of scores."""
    group.command()(table)
    group.command()(backtest)
