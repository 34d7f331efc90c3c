"""`xinqiao enterprise questions`: who asked about an enterprise, denied questions too."""

from itertools import islice
from typing import Annotated

import typer

from gateway.cli.at_service import As, KeyFile, Service, Signatory
from gateway.cli.naming import LISTED, Limit, OfInstitution
from gateway.cli.output import AsJson, Column, show_list

COLUMNS = (
    Column("asked_at", "时间 asked_at"),
    Column("kind", "种类 kind"),
    Column("institution_name", "机构 institution"),
    Column("account", "账户 account"),
    Column("products", "产品 products"),
    Column("purpose", "用途 purpose"),
    Column("outcome", "结果 outcome"),
    Column("reason", "原因 reason"),
    *(Column(name, name, listed=False) for name in ("question", "institution", "intermediary", "consent", "entry")),
)


def extend(group: typer.Typer) -> None:
    """Add the command to the group of the enterprise."""
    group.command("questions")(questions)


def questions(
    service: Service,
    signatory: As,
    key: KeyFile,
    *,
    institution: OfInstitution = None,
    outcome: Annotated[
        str | None, typer.Option(metavar="OUTCOME", help="结果 Only: answered | denied | failed | open")
    ] = None,
    limit: Limit = LISTED,
    as_json: AsJson = False,
) -> None:
    """谁查询过本企业，被拒绝的也在内 Who asked about the enterprise and for its consent, denied questions too."""
    found = Signatory(service, signatory, key, as_json).run(
        lambda boss: list(islice(boss.questions(institution=institution, outcome=outcome), limit + 1))
    )
    show_list(as_json, "questions", found, COLUMNS, limit)
