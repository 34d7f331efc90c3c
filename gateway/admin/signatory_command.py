"""`xinqiao signatory enterprise`: who may approve an enterprise's consents."""

from typing import TYPE_CHECKING

from gateway.cli.naming import Uscc
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, show_list

if TYPE_CHECKING:
    from gateway.admin.signatories import Signatories
    from gateway.runtime.work import UnitOfWork

COLUMNS = (
    Column("signatory", "签署人 signatory"),
    Column("status", "状态 status"),
    Column("kid", "密钥 kid"),
    Column("key", "密钥状态 key"),
    Column("effective_from", "生效 effective_from"),
    Column("asked_by", "申请人 asked_by"),
    Column("approved_by", "批准人 approved_by"),
    Column("entry", "条目 entry"),
)


def show_signatories(uscc: Uscc, as_json: AsJson = False) -> None:
    """企业的签署人：何时生效、何人添加 Who may approve its consents, since when, and who added them."""
    from gateway.admin import signatories

    async def run(work: "UnitOfWork") -> "Signatories":
        return await signatories.show_signatories(work, uscc)

    found = in_one_unit("signatories.show", run)
    show_list(as_json, "signatories", found.keys, COLUMNS, len(found.keys))
