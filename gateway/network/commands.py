"""`xinqiao network`: an enterprise's network, and all enterprises computed together."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.naming import Uscc
from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, show

if TYPE_CHECKING:
    from gateway.runtime.instance import Instance

group = typer.Typer(no_args_is_help=True, help="关联网络：股权、担保、任职 The network of enterprises.")


@group.command("show")
def show_network(
    uscc: Uscc,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="截至日，默认今天 As of a day.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """查看企业的股东、投资与控制人 Show who holds an enterprise, what it holds and who controls it."""
    from gateway.network.documents import network_document
    from gateway.network.network_of import read_network
    from gateway.runtime.actor import at_this_machine

    async def run(instance: "Instance") -> dict[str, object]:
        async with instance.units.begin("network.show", at_this_machine()) as work:
            return network_document(await read_network(work, uscc, as_of.date() if as_of else None))

    found = on_instance(run, as_json=as_json)
    show(as_json, found if as_json else _lines(found))


@group.command("compute")
def compute_all(as_json: AsJson = False) -> None:
    """立即计算全部企业的关联与共同控制 Compute all enterprises together now, as is done each night."""
    from gateway.network.nightly import compute
    from gateway.runtime.actor import at_this_machine

    async def run(instance: "Instance") -> dict[str, object]:
        night = await compute(instance.units, at_this_machine())
        if night is None:
            return {"正在计算 under way": "是 yes"}
        return {
            "截至日 as_of": night.as_of.isoformat(), "主体 parties": night.parties, "关系 edges": night.edges,
            "连通 components": night.components, "循环持股 circles": night.circles, "共同控制 groups": night.groups,
            "摘要 digest": night.digest.hex(),
        }  # fmt: skip

    show(as_json, on_instance(run, as_json=as_json))


def _lines(found: dict[str, object]) -> dict[str, object]:
    def listed(name: str) -> str:
        rows: list[dict[str, object]] = found[name]  # type: ignore[assignment]
        return "\n".join(f"{row['name'] or row['id']}  {_percent(row['share'])}" for row in rows) or "无 none"

    return {
        "企业 subject": found["subject"],
        "截至日 as_of": found["as_of"],
        "股东 holders": listed("holders"),
        "投资 holdings": listed("holdings"),
        "控制人 controllers": listed("controllers"),
        "循环持股 circles": "\n".join(" → ".join(one) for one in found["circles"]) or "无 none",  # type: ignore[attr-defined]
        "未全部列出 cut": "是 yes" if found["cut"] else "否 no",
    }


def _percent(share: object) -> str:
    return f"{share / 10_000:.4f}%" if isinstance(share, int) else "—"
