"""`xinqiao signatory show`: who may approve an enterprise's consents."""

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, show

if TYPE_CHECKING:
    from gateway.admin.signatories import Signatories
    from gateway.runtime.work import UnitOfWork

COLUMNS = {
    "签署人 signatory": "signatory", "状态 status": "status", "密钥 kid": "kid", "密钥状态 key": "key",
    "生效 effective_from": "effective_from", "申请人 asked_by": "asked_by", "批准人 approved_by": "approved_by",
    "条目 entry": "entry",
}  # fmt: skip


def show_signatories(
    subject: Annotated[str, typer.Argument(help="统一社会信用代码 The enterprise's unified code.")],
    as_json: AsJson = False,
) -> None:
    """企业的签署人：何时生效、何人添加 Who may approve its consents, since when, and who added them."""
    from gateway.admin import signatories

    async def run(work: "UnitOfWork") -> "Signatories":
        return await signatories.show_signatories(work, subject)

    found = in_one_unit("signatories.show", run)
    show(as_json, [{label: row[name] for label, name in COLUMNS.items()} for row in found.keys], list(COLUMNS))
