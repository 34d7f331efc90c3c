"""`xinqiao enterprise questions`: who asked about an enterprise, denied questions too."""

from itertools import islice
from typing import Annotated

import typer

from gateway.cli.at_service import As, KeyFile, Service, Signatory
from gateway.cli.output import AsJson, show

COLUMNS = {
    "时间 asked": "asked_at", "种类 kind": "kind", "机构 institution": "institution_name", "账户 account": "account",
    "产品 products": "products", "用途 purpose": "purpose", "结果 outcome": "outcome", "原因 reason": "reason",
    "授权 consent": "consent",
}  # fmt: skip


def extend(group: typer.Typer) -> None:
    """Add the command to the group of the enterprise."""
    group.command("questions")(questions)


def questions(
    service: Service,
    signatory: As,
    key: KeyFile,
    *,
    institution: Annotated[str | None, typer.Option(help="机构 Those of this institution.")] = None,
    outcome: Annotated[str | None, typer.Option(help="结果 answered, denied, failed, open.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="最多几条 At most so many.")] = 200,
    as_json: AsJson = False,
) -> None:
    """谁查询过本企业，被拒绝的也在内 Who asked about the enterprise and for its consent, denied questions too."""
    found = Signatory(service, signatory, key, as_json).run(
        lambda boss: list(islice(boss.questions(institution=institution, outcome=outcome), limit))
    )
    rows = [{label: one[name] for label, name in COLUMNS.items()} for one in found]
    show(as_json, found if as_json else rows, list(COLUMNS))
