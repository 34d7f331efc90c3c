"""`xinqiao consent import`: consents that were signed elsewhere, handed in by their institution over HTTP."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.at_service import Account, KeyFile, Service
from gateway.cli.output import AsJson, show

As = Annotated[str, typer.Option("--as", envvar="XINQIAO_AS", help="账户 The institution's account.")]
File = Annotated[
    Path, typer.Argument(metavar="FILE", help="文件 A .zip of sheet and scans, or .ndjson of signed terms.")
]


def extend(consents: typer.Typer) -> None:
    """Add this command to the group of consents."""
    consents.command("import")(import_consents)


def import_consents(file: File, service: Service, account: As, key: KeyFile, as_json: AsJson = False) -> None:
    """批量导入在别处签好的授权 Hand in consents that were signed elsewhere; says what became of every row."""
    made = Account(service, account, key, as_json).run(lambda bank: bank.import_consents(file))
    refused = [f"{row['number']} {row['subject'] or '—'}: {row['reason']}" for row in made["rows"] if row["reason"]]
    told = {
        "导入 import": made["import"], "行 rows": made["total"], "收下 taken": made["taken"],
        "未导入 refused": refused or 0,
    }  # fmt: skip
    show(as_json, made if as_json else told)
