"""`xinqiao duty …`: the duties on which government bodies may ask."""

from datetime import datetime
from functools import partial
from typing import Annotated

import typer

from gateway.admin.change_commands import make
from gateway.cli.naming import OfInstitution
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, show, show_list

COLUMNS = (
    Column("duty", "编号 duty"),
    Column("institution", "机构 institution"),
    Column("law", "法律 law"),
    Column("article", "条款 article"),
    Column("purposes", "用途 purposes"),
    Column("products", "产品 products"),
    Column("in_force", "现行 in_force"),
    Column("valid_until", "至 until"),
    *(
        Column(name, name, listed=False)
        for name in ("categories", "sources", "datasets", "valid_from", "ended_at", "entry")
    ),
)
Code = Annotated[str, typer.Argument(metavar="ID", help="职责依据编号 The duty's code.")]
group = typer.Typer(no_args_is_help=True, help="职责依据 Duties on which government bodies may ask.")


@group.command("list")
def list_all(institution: OfInstitution = None, as_json: AsJson = False) -> None:
    """列出职责依据 List the duty bases, those that have ended too."""
    from gateway.inquiries.bases.setting import list_duties

    found = in_one_unit("duties.list", partial(list_duties, institution=institution))
    show_list(as_json, "duties", found, COLUMNS, len(found))


@group.command("register")
def register(
    duty: Code,
    institution: Annotated[str, typer.Argument(metavar="INSTITUTION", help="政府部门的机构编号 The government body.")],
    *,
    law: Annotated[str, typer.Option(metavar="TEXT", help="法律法规 The law it rests on.")],
    article: Annotated[str, typer.Option(metavar="TEXT", help="条款 And the article.")],
    purpose: Annotated[list[str], typer.Option(metavar="CODE", help="用途，可重复 May be repeated.")],
    product: Annotated[list[str], typer.Option(metavar="CODE", help="产品，可重复 May be repeated.")],
    until: Annotated[datetime, typer.Option(metavar="TIME", help="至何时 Until when.")],
    begins: Annotated[
        datetime | None, typer.Option("--from", metavar="TIME", help="自何时，不写即时 Since when; at once by default.")
    ] = None,
    category: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="数据类别，可重复，不写为全部 All by default.")
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option(metavar="AGENCY", help="来源部门，可重复，不写为全部 All by default.")
    ] = None,
    dataset: Annotated[
        list[str] | None, typer.Option(metavar="DATASET", help="受限目录，可重复 Restricted ones, each by its name.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """登记职责依据 Let a government body ask on a duty that a law gives it."""
    make(
        "duty.register", duty=duty, institution=institution, law=law, article=article, purposes=purpose,
        products=product, categories=category or [], sources=source or [], datasets=dataset or [],
        valid_from=begins.astimezone().isoformat() if begins else None, valid_until=until.astimezone().isoformat(),
    )  # fmt: skip
    show(as_json, {"编号 duty": duty, "机构 institution": institution})


@group.command("end")
def end(
    duty: Code,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="原因 Why, for the log.")],
    as_json: AsJson = False,
) -> None:
    """终止职责依据 End a duty basis, from the next question on."""
    make("duty.end", duty=duty, reason=reason)
    show(as_json, {"编号 duty": duty})
