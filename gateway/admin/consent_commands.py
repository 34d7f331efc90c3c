"""`xinqiao consent template-set|invalidate` and `xinqiao signatory mandate`: what officers decide about consents."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from gateway.admin.change_commands import Reason, make
from gateway.cli.asking import Yes, confirm_final
from gateway.cli.output import AsJson, fail, show

if TYPE_CHECKING:
    from gateway.runtime.work import UnitOfWork

File = Annotated[Path, typer.Argument(metavar="FILE", help="模板的 JSON，见 xinqiao consent template The template.")]
Begins = Annotated[
    datetime | None, typer.Option("--from", metavar="DAY", help="自何时生效，不写即时 Since when; at once by default.")
]


def extend(consents: typer.Typer, signatories: typer.Typer) -> None:
    """Add these commands to the groups they belong to."""
    consents.command("template-set")(set_template)
    consents.command("invalidate")(invalidate)
    signatories.command("mandate")(set_mandate)


def set_template(file: File, begins: Begins = None, as_json: AsJson = False) -> None:
    """设定授权模板 Set a template of consents from a file, as a new version."""
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as fault:
        fail(f"读不了文件 the file cannot be read: {fault}")
    if not isinstance(content, dict) or "template" not in content:
        fail("文件须写明 template the file has to name its template")
    name = content.pop("template")
    since = begins.astimezone().isoformat() if begins else None
    make("consent.template", template=name, content=content, effective_from=since)
    show(as_json, {"模板 template": name, "生效 from": since or "now"})


def invalidate(
    consent_id: Annotated[UUID, typer.Argument(metavar="ID", help="授权编号 The consent's id.")],
    reason: Reason,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """作废授权，不可恢复 End a consent that should not be one; both parties read why."""
    confirm_final(f"将作废授权 This invalidates the consent {consent_id} for good", yes=yes)
    make("consent.invalidate", consent=str(consent_id), reason=reason)
    show(as_json, {"授权 consent": consent_id, "状态 status": "invalidated"})


def set_mandate(
    signatory: Annotated[str, typer.Argument(metavar="ID", help="签署人 A client, or person:ID.")],
    role: Annotated[str, typer.Option(metavar="ROLE", help="身份：法定代表人或代理人 legal_rep | agent")],
    until: Annotated[datetime | None, typer.Option(metavar="DAY", help="到何时 Until when it lasts.")] = None,
    reference: Annotated[str | None, typer.Option(metavar="TEXT", help="委托书号 Its number.")] = None,
    holder: Annotated[str | None, typer.Option(metavar="HASH", help="本人的散列 A hash that names the person.")] = None,
    by_number: Annotated[
        bool,
        typer.Option("--by-number", help="键入证件号码，只留散列 Type the person's number: its hash is kept."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """登记签署人的委托 Say on which mandate a signatory acts, and until when."""
    if by_number:
        holder = _holder_typed()
    lasts = until.astimezone().isoformat() if until else None
    make("signatory.mandate", signatory=signatory, role=role, reference=reference, valid_until=lasts, holder=holder)
    show(as_json, {"签署人 signatory": signatory, "身份 role": role, "到期 until": lasts})


def _holder_typed() -> str:
    """Return the hash of a number that is typed in, unseen."""
    from gateway.cli.on_instance import in_one_unit
    from gateway.consents.holders import marked

    number = typer.prompt("证件号码 number of the document", hide_input=True)

    async def hashed(work: "UnitOfWork") -> str:
        assert work.protector is not None, "an instance that is open has one"  # noqa: S101
        return marked(work.protector, number)

    return in_one_unit("signatory.holder", hashed)
