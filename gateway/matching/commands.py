"""`xinqiao match run|list`: whose records may be that have a name alone."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, fail, show

if TYPE_CHECKING:
    from gateway.runtime.instance import Instance

group = typer.Typer(no_args_is_help=True, help="归属建议 Whose records may be that have a name alone.")


@group.command("run")
def run(
    python: Annotated[
        str, typer.Option(help="装有 Splink 的 Python A Python that has Splink; this one's own otherwise.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """比对待匹配名称与登记名称，生成建议，由人决定 Compare names that wait with the register; people decide."""
    from connectors.matching.proposing import MatchingError
    from gateway.matching.comparing import run_comparison
    from gateway.matching.documents import run_document
    from gateway.runtime.actor import at_this_machine

    async def work(instance: "Instance") -> dict[str, Any]:
        return run_document(await run_comparison(instance.units, instance.protector, at_this_machine(), python))

    try:
        made = on_instance(work)
    except MatchingError as fault:
        fail(str(fault))
    if as_json:
        show(as_json, made)
        return
    shown = {"比对 run": made["run"], "待匹配名称 names": made["names"], "登记企业 subjects": made["subjects"]}
    show(as_json, {**shown, "建议 proposals": made["proposals"], "依据摘要 digest": made["digest"]})


@group.command("list")
def list_proposals(
    most: Annotated[int, typer.Option(min=1, max=500, help="最多几条 At most so many.")] = 50, as_json: AsJson = False
) -> None:
    """列出待处理的归属建议，把握大的在前 List proposals that wait, the surest first."""
    from gateway.matching.documents import proposal_document
    from gateway.matching.reading import read_proposals
    from gateway.runtime.actor import at_this_machine

    async def work(instance: "Instance") -> list[dict[str, Any]]:
        async with instance.units.begin("match.list", at_this_machine()) as opened:
            return [proposal_document(one) for one in await read_proposals(opened, instance.protector, limit=most)]

    rows = on_instance(work)
    if as_json:
        show(as_json, {"proposals": rows})
        return
    for row in rows:
        name = row["name"] or "〔已加密 sealed〕"
        found = f"{row['registered_name']} {row['uscc']} · {row['weight']:+.1f} ({row['right_of_hundred']}/100)"
        told = {"记录的名称 name": f"{name} · {row['agency']} · {row['records']} 条 records", "可能是 may be": found}
        show(as_json, {"建议 proposal": row["proposal"], **told, "状态 status": row["status"]})
