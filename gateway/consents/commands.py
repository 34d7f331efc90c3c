"""`xinqiao consent list|show`: what enterprises permitted. A consent is its parties' to change, and nobody's here."""

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from gateway.cli.naming import LISTED, Limit, OfEnterprise, OfInstitution
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, fail, show_list, show_one

if TYPE_CHECKING:
    from consent.decision import Consent

COLUMNS = (
    Column("consent", "编号 id"),
    Column("institution", "机构 institution"),
    Column("subject", "企业 subject"),
    Column("products", "产品 products"),
    Column("purpose", "用途 purpose"),
    Column("status", "状态 status"),
    Column("valid_until", "有效至 valid_until"),
    Column("uses", "已用 uses"),
    Column("max_uses", "最多 max_uses"),
    Column("valid_from", "生效 valid_from", listed=False),
    Column("accounts", "限账户 accounts", listed=False),
    Column("version", "版本 version", listed=False),
    Column("recorded_at", "变更时间 recorded", listed=False),
    Column("intact", "签名相符 intact", listed=False),
    Column("terms_sha256", "条款摘要 terms_sha256", listed=False),
)
TEMPLATES = (
    Column("template", "模板 template"),
    Column("version", "版本 version"),
    Column("institution", "机构 institution"),
    Column("purpose", "用途 purpose"),
    Column("fetch_type", "方式 fetch_type"),
    Column("validity", "最长期限 validity"),
    Column("data_life", "最长留存 data_life"),
    Column("frequency", "最高频次 frequency"),
    Column("history", "最早追溯 history"),
    Column("tiers", "深度 tiers"),
    Column("approvals", "须几人 approvals"),
    Column("effective_from", "自 since"),
)
group = typer.Typer(
    no_args_is_help=True,
    help="授权 Consents: their parties change them over HTTP, signed; here they are read.",
)


@group.command("list")
def list_consents(
    institution: OfInstitution = None,
    subject: OfEnterprise = None,
    status: Annotated[
        str | None,
        typer.Option(metavar="STATUS", help="状态 Only those that stand so; see docs/consents.md"),
    ] = None,
    limit: Limit = LISTED,
    as_json: AsJson = False,
) -> None:
    """列出授权，最新在前 List consents, newest first: who permitted whom what, and how often it was used."""
    from gateway.consents.reading import find_consents

    wanted = partial(find_consents, limit=limit + 1, institution=institution, uscc=subject, status=status)
    show_list(as_json, "consents", list(map(_row, in_one_unit("consents.list", wanted))), COLUMNS, limit)


@group.command("templates")
def list_templates(as_json: AsJson = False) -> None:
    """授权模板：每个用途最多可要求什么 Templates: what a consent for each purpose may ask for at most."""
    from gateway.consents.templates import list_templates as find_templates

    found = [_template_row(one) for one in in_one_unit("templates.list", find_templates)]
    show_list(as_json, "templates", found, TEMPLATES, len(found))


@group.command("template")
def show_template(template: Annotated[str, typer.Argument(metavar="ID", help="模板编号 The template's id.")]) -> None:
    """一份模板的全文，JSON，可改后设定 The newest version of a template, as JSON, to be changed and set."""
    from gateway.consents.templates import get_template

    versions = in_one_unit("templates.list", partial(get_template, template=template))
    newest = {name: value for name, value in versions[-1].items() if name not in {"version", "effective_from"}}
    typer.echo(json.dumps(newest, ensure_ascii=False, indent=2))


@group.command("show")
def show_consent(
    consent_id: Annotated[UUID, typer.Argument(metavar="ID", help="授权编号 The consent's id.")],
    as_json: AsJson = False,
) -> None:
    """查看一项授权 Show one consent as it stands."""
    from gateway.consents.reading import find_consent_of_anybody

    found = in_one_unit("consents.list", partial(find_consent_of_anybody, consent_id=consent_id))
    if found is None:
        fail(f"没有此授权 there is no consent {consent_id}: see xinqiao consent list")
    show_one(as_json, _row(found), COLUMNS)


def _template_row(template: dict[str, Any]) -> dict[str, Any]:
    from gateway.consents.templates import outline

    named = ("template", "version", "institution", "purpose", "fetch_type", "effective_from")
    return {**{name: template[name] for name in named}, **outline(template)}


def _row(consent: "Consent") -> dict[str, Any]:
    terms = consent.terms
    return {
        "consent": terms.consent_id, "institution": terms.institution, "subject": terms.uscc,
        "products": list(terms.products), "purpose": terms.purpose, "status": consent.status,
        "valid_from": terms.valid_from, "valid_until": terms.valid_until, "uses": consent.uses,
        "max_uses": terms.max_uses, "accounts": list(terms.accounts), "version": consent.version,
        "recorded_at": consent.changed_at, "intact": consent.intact, "terms_sha256": terms.digest(),
    }  # fmt: skip
