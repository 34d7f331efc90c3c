"""`xinqiao enterprise …`: what an enterprise is asked to permit, in words, and its own answer to it, over HTTP."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from consent.terms import PRODUCTS, PURPOSES
from gateway.cli.asking import Yes, check_reason, confirm, confirm_final
from gateway.cli.at_service import As, KeyFile, Service, Signatory
from gateway.cli.in_words import coded, moment
from gateway.cli.naming import LISTED, Limit, OfInstitution
from gateway.cli.output import AsJson, Column, show
from gateway.consents.words import STATUS_WORDS

if TYPE_CHECKING:
    from xinqiao_client import Enterprise

group = typer.Typer(no_args_is_help=True, help="企业签署人 For an enterprise's signatory, over HTTP, with its key.")
Which = Annotated[UUID, typer.Argument(help="授权编号 The consent's id.")]
Why = Annotated[
    str | None, typer.Option("--reason", callback=check_reason, help="原因，机构看得到 Why; the institution reads it.")
]
Reason = Annotated[
    str, typer.Option("--reason", callback=check_reason, help="原因，机构看得到 Why; the institution reads it.")
]
COLUMNS = (
    Column("consent", "授权 consent"),
    Column("status", "状态 status"),
    Column("institution_name", "机构 institution"),
    Column("products", "产品 products"),
    Column("purpose", "用途 purpose"),
    Column("valid_until", "有效至 valid_until"),
    Column("max_uses", "最多 max_uses"),
    Column("reason", "原因 reason"),
    *(
        Column(name, name, listed=False)
        for name in (
            "institution", "subject", "accounts", "valid_from", "version", "changed_at", "in_words", "terms",
            "terms_sha256",
        )
    ),
)  # fmt: skip
FOLLOWS = {
    "active": "机构可按这些条款查询；随时可暂停、撤销 the institution may ask on these terms; pause or revoke any time",
    "rejected": "机构不能凭此查询 the institution cannot ask on it",
    "paused": "恢复之前无人可凭此查询 nobody can ask on it until it is resumed",
    "revoked": "从此无人可凭此查询；已给出的应答不变 nobody can ask on it any more; answers that were given stay",
}


@group.callback()
def enterprise() -> None:
    """企业签署人 For an enterprise's signatory, over HTTP, with its key."""


@group.command("requests")
def requests(service: Service, signatory: As, key: KeyFile, limit: Limit = LISTED, as_json: AsJson = False) -> None:
    """待答复的授权请求 What waits for the enterprise's answer, oldest first."""
    _list(Signatory(service, signatory, key, as_json), limit, status="requested")


@group.command("consents")
def consents(
    service: Service,
    signatory: As,
    key: KeyFile,
    *,
    status: Annotated[
        str | None,
        typer.Option(metavar="STATUS", help="状态 Only: requested | active | rejected | paused | revoked | lapsed"),
    ] = None,
    institution: OfInstitution = None,
    limit: Limit = LISTED,
    as_json: AsJson = False,
) -> None:
    """本企业的全部授权 All consents of the enterprise and where they stand."""
    _list(Signatory(service, signatory, key, as_json), limit, status=status, institution=institution)


@group.command("show")
def show_one(consent: Which, service: Service, signatory: As, key: KeyFile, as_json: AsJson = False) -> None:
    """一份授权的条款 What one consent permits, in words."""
    found = Signatory(service, signatory, key, as_json).run(lambda boss: boss.consent(str(consent)))
    show(as_json, found if as_json else _in_words(found))


@group.command("approve")
def approve(
    consent: Which, service: Service, signatory: As, key: KeyFile, yes: Yes = False, as_json: AsJson = False
) -> None:
    """同意，并用私钥签名 Permit what is asked, signed with the key: the terms that are shown, and no others."""
    caller = Signatory(service, signatory, key, as_json)
    shown = caller.run(lambda boss: boss.consent(str(consent)))
    for label, said in _in_words(shown).items():
        typer.echo(f"{label}: {said}", err=True)
    confirm("同意？ Approve?", yes=yes)
    _tell(caller, lambda boss: boss.approve(shown))


@group.command("reject")
def reject(
    consent: Which,
    service: Service,
    signatory: As,
    key: KeyFile,
    reason: Reason,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """拒绝，并说明原因 Refuse what is asked, signed with the key, and say why."""
    confirm_final(f"将拒绝授权请求 This rejects the request {consent}", yes=yes)
    _tell(Signatory(service, signatory, key, as_json), lambda boss: boss.reject(str(consent), reason=reason))


@group.command("pause")
def pause(
    consent: Which, service: Service, signatory: As, key: KeyFile, reason: Why = None, as_json: AsJson = False
) -> None:
    """暂停，可恢复 Let nobody use a consent until it is resumed."""
    _tell(Signatory(service, signatory, key, as_json), lambda boss: boss.pause(str(consent), reason=reason))


@group.command("resume")
def resume(consent: Which, service: Service, signatory: As, key: KeyFile, as_json: AsJson = False) -> None:
    """恢复暂停的授权 Let a paused consent be used again."""
    _tell(Signatory(service, signatory, key, as_json), lambda boss: boss.resume(str(consent)))


@group.command("revoke")
def revoke(
    consent: Which,
    service: Service,
    signatory: As,
    key: KeyFile,
    reason: Reason,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """撤销，即刻生效 End a consent at once, and say why."""
    confirm_final(f"将撤销授权 This revokes the consent {consent}", yes=yes)
    _tell(Signatory(service, signatory, key, as_json), lambda boss: boss.revoke(str(consent), reason=reason))


def _list(caller: Signatory, limit: int, **filters: str | None) -> None:
    def rows(boss: "Enterprise") -> Iterator[dict[str, Any]]:
        boss.get("/v1/signatories")  # a bank has consents too: these commands are a signatory's alone
        return boss.consents(**filters)

    caller.show("consents", rows, _row, COLUMNS, limit)


def _row(consent: dict[str, Any]) -> dict[str, Any]:
    return {
        **consent, "status": coded(consent["status"], STATUS_WORDS), "products": coded(consent["products"], PRODUCTS),
        "purpose": coded(consent["purpose"], PURPOSES), "valid_until": moment(consent["valid_until"]),
    }  # fmt: skip


def _in_words(consent: Mapping[str, Any]) -> dict[str, object]:
    """Return the lines of both languages under one label each."""
    told: dict[str, object] = {"授权 consent": consent["consent"]}
    for zh, en in zip(consent["in_words"]["zh"], consent["in_words"]["en"], strict=True):
        (label, said), (label_en, said_en) = zh.split("：", 1), en.split(": ", 1)
        told[f"{label} {label_en}"] = said if said == said_en else f"{said} {said_en}"
    return told


def _tell(caller: Signatory, change: Callable[["Enterprise"], dict[str, Any]]) -> None:
    """Make a change, say where the consent stands now, and what follows."""
    made = caller.run(change)
    told = {
        "授权 consent": made["consent"], "状态 status": coded(made["status"], STATUS_WORDS),
        "原因 reason": made["reason"],
        "此后 from now on": FOLLOWS[made["status"]],
    }  # fmt: skip
    show(caller.as_json, made if caller.as_json else told)
