"""`xinqiao output …`: what institutions are shown of each product."""

from datetime import datetime
from functools import partial
from typing import Annotated

import typer

from gateway.admin.change_commands import make
from gateway.cli.naming import OfInstitution
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, show, show_list

COLUMNS = (
    Column("institution", "机构 institution"),
    Column("product", "产品 product"),
    Column("version", "版本 version"),
    Column("form", "形式 form"),
    Column("threshold", "至少 at_least"),
    Column("left_out", "不提供 left_out"),
    Column("rules", "现行 rules"),
    Column("effective_from", "自 since"),
    Column("entry", "日志条目 entry", listed=False),
)
Begins = Annotated[
    datetime | None, typer.Option("--from", metavar="TIME", help="自何时生效，不写即时 Since when; at once by default.")
]
group = typer.Typer(no_args_is_help=True, help="输出规则 What institutions are shown of each product.")


@group.command("list")
def list_outputs(institution: OfInstitution = None, as_json: AsJson = False) -> None:
    """列出输出规则的各版 List every version of the policies; a product without one is shown whole."""
    from gateway.inquiries.outputs.setting import list_policies

    found = in_one_unit("outputs.list", partial(list_policies, institution=institution))
    show_list(as_json, "policies", found, COLUMNS, len(found))


@group.command("set")
def set_output(
    institution: Annotated[str, typer.Argument(metavar="ID", help="机构编号 The institution.")],
    product: Annotated[
        str,
        typer.Argument(
            metavar="PRODUCT", help="产品 score | health_check | portrait | public_record | records | risk_watch"
        ),
    ],
    *,
    form: Annotated[str, typer.Option(metavar="FORM", help="形式 raw | banded | flag")],
    at_least: Annotated[
        int | None,
        typer.Option(
            "--at-least",
            metavar="SCORE",
            help="达标线（flag 用）：分数，记录为万元 For a flag: a score, of records 10,000 yuan.",
        ),
    ] = None,
    left_out: Annotated[
        list[str] | None, typer.Option("--without", metavar="MEMBER", help="不提供，可重复 Left out; may be repeated.")
    ] = None,
    begins: Begins = None,
    as_json: AsJson = False,
) -> None:
    """设定输出规则 Set what an institution is shown of a product, as a new version."""
    since = begins.astimezone().isoformat() if begins else None
    wanted = {"institution": institution, "product": product, "form": form}
    make("output.policy", **wanted, threshold=at_least, left_out=left_out or [], begins=since)
    show(as_json, {"机构 institution": institution, "产品 product": product, "形式 form": form})
