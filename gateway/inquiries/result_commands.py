"""`xinqiao inquiry results`: what came of answers, counted."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.naming import OfInstitution
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, show

if TYPE_CHECKING:
    from gateway.runtime.work import UnitOfWork

COUNTED = ("answers", "reported", "granted", "admission_rate", "first_time", "amount", "balance", "default_rate")
Day = Annotated[datetime | None, typer.Option(metavar="DAY", formats=["%Y-%m-%d"], help="日期 The day: 2026-11-27.")]


def results(
    *, institution: OfInstitution = None, since: Day = None, until: Day = None, as_json: AsJson = False
) -> None:  # fmt: skip
    """统计应用结果，默认近一年；不足 5 家企业的数字不列 Count what came of answers: the last year by default."""
    from gateway.inquiries.results.report import read_results, report_document

    async def read(work: "UnitOfWork") -> dict[str, Any]:
        days = [moment and moment.date() for moment in (since, until)]
        return report_document(await read_results(work, institution, *days))

    told = in_one_unit("usage.count", read)
    if as_json:
        show(True, told)
        return
    show(False, {"期间 period": f"{told['since']} – {told['until']}", **told["total"]})
    for label, name, of in (("按产品 by product", "products", ()), ("按等级 by band", "bands", ("band",))):
        if told[name]:
            typer.echo(f"\n{label}")
            show(False, told[name], ("product", *of, *COUNTED))
