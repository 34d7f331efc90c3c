"""How commands name things: one argument or option, with one name, for each kind of thing."""

from typing import Annotated

import typer

Id = Annotated[str, typer.Argument(metavar="ID", help="编号 Its id: a-z 0-9 . _ -")]
Uscc = Annotated[str, typer.Argument(metavar="USCC", help="统一社会信用代码 The enterprise's unified code.")]
DatasetCode = Annotated[str, typer.Argument(metavar="DATASET", help="数据目录 The dataset.")]
OfInstitution = Annotated[
    str | None, typer.Option("--institution", metavar="ID", help="只列此机构的 Of this one alone.")
]
OfAccount = Annotated[str | None, typer.Option("--account", metavar="ID", help="只列此账户的 Of this account alone.")]
OfAgency = Annotated[str | None, typer.Option("--agency", metavar="CODE", help="只列此部门的 Of this agency alone.")]
OfEnterprise = Annotated[
    str | None,
    typer.Option("--subject", metavar="USCC", help="只列此企业的，统一社会信用代码 Of this enterprise alone."),
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000, metavar="N", help="最多条数 How many at most.")]
LISTED = 1000  # what a list shows unless --limit says otherwise
