"""`xinqiao audit statistics`: who asks most, what is denied why, nights, what many ask about, what is asked again."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, show
from gateway.questions.commands import Since, Until, end_of, moment_of

if TYPE_CHECKING:
    from gateway.runtime.work import UnitOfWork

FIRST = 10
LISTS = {
    "accounts": ("账户 accounts", ("institution", "account", "asked", "answered", "denied", "failed")),
    "reasons": ("原因 reasons", ("reason", "asked")),
    "shared": ("多家机构查询的企业 asked about by several", ("uscc", "institutions", "asked")),
    "repeated": ("一日内重复的查询 asked again on one day", ("day", "account", "uscc", "product", "asked")),
    "unusual": ("非惯常时段的账户 at unusual hours", ("account", "hours", "asked", "of")),
}


def statistics(
    *,
    since: Annotated[datetime | None, Since] = None,
    until: Annotated[datetime | None, Until] = None,
    as_json: AsJson = False,
) -> None:
    """统计某一期间的查询，最多 366 天，默认近 30 天 Count what was asked in a period: the last 30 days, at most 366."""
    from gateway.questions.documents import statistics_document
    from gateway.questions.statistics import read_statistics

    async def read(work: "UnitOfWork") -> dict[str, Any]:
        return statistics_document(await read_statistics(work, moment_of(since), end_of(until)))

    told = in_one_unit("audit.statistics", read)
    if as_json:
        show(True, told)
        return
    outcomes = told["outcomes"]
    show(
        False,
        {
            "期间 period": f"{told['since']} – {told['until']}",
            "查询 asked": told["asked"],
            "已应答 answered": outcomes["answered"],
            "被拒绝 denied": outcomes["denied"],
            "失败 failed": outcomes["failed"],
            "夜间 nights": told["nights"],
            "周末 weekends": told["weekends"],
        },
    )
    for name, (label, columns) in LISTS.items():
        if told[name]:
            typer.echo(f"\n{label}")
            show(False, told[name][:FIRST], columns)
