"""`xinqiao agency quality [CODE]`: quality back to the agency."""

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, fail, show

if TYPE_CHECKING:
    from gateway.quality.index import Score
    from gateway.runtime.instance import Instance

NOT_COMPUTABLE = "无法计算 n/a"


def extend(group: typer.Typer) -> None:
    """Add these commands to the group that also registers agencies."""
    group.command("quality")(quality)


def quality(
    code: Annotated[str | None, typer.Argument(help="部门代码 An agency; without it, all of them ranked.")] = None,
    as_json: AsJson = False,
) -> None:
    """数据质量：近 12 周 The quality of an agency's data, or of all agencies ranked, over twelve weeks."""
    from connectors.catalogue.load import agencies
    from connectors.model.nearest import unknown
    from gateway.quality.documents import feed_document, score_document
    from gateway.quality.index import Score
    from gateway.quality.reading import read_scores
    from gateway.runtime.actor import at_this_machine

    if code is not None and code not in agencies():
        fail(unknown("agency", code, {name: of.zh for name, of in agencies().items()}))

    async def run(instance: "Instance") -> list["Score"]:
        async with instance.units.begin("quality", at_this_machine()) as work:
            return await read_scores(work, code)

    scores = on_instance(run)
    if as_json:
        documents = [
            score_document(score) | {"datasets": [feed_document(feed) for feed in score.feeds]} for score in scores
        ]
        show(as_json, {"部门 agencies": documents})
    elif code is None:
        show(as_json, [_line("部门 agency", score.agency, score) for score in scores])
    else:
        feeds = [feed for score in scores for feed in score.feeds]
        show(as_json, [_line("数据目录 dataset", feed.dataset, Score(code, [feed])) for feed in feeds])


def _line(title: str, name: str, score: "Score") -> dict[str, str]:
    shares = (score.timeliness, score.completeness, score.error_rate, score.unresolved_share)
    heads = "及时率 timely", "完整率 complete", "问题 errors", "待匹配 unresolved"
    return {
        title: name,
        "评分 index": NOT_COMPUTABLE if score.index is None else str(score.index),
        **dict(zip(heads, map(_percent, shares), strict=True)),
        "中断 silent": str(score.silent),
        "暂存 held": str(score.total("held")),
        "待更正 open": str(score.total("open_rows")),
    }


def _percent(value: Decimal | None) -> str:
    return NOT_COMPUTABLE if value is None else f"{value:.1%}"
