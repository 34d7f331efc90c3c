"""`xinqiao enterprise questions`: who asked about an enterprise, denied questions too."""

from typing import Annotated, Any

import typer

from consent.terms import PURPOSES
from gateway.cli.at_service import As, KeyFile, Service, Signatory
from gateway.cli.in_words import coded, moment
from gateway.cli.naming import LISTED, Limit, OfInstitution
from gateway.cli.output import AsJson, Column
from gateway.consents.words import STATUS_WORDS
from gateway.quota.products import PRODUCTS
from gateway.web.error_table import ERRORS

COLUMNS = (
    Column("asked_at", "时间 asked_at"),
    Column("kind", "种类 kind"),
    Column("institution_name", "机构 institution"),
    Column("account", "账户 account"),
    Column("products", "产品 products"),
    Column("purpose", "用途 purpose"),
    Column("outcome", "结果 outcome"),
    Column("reason", "原因 reason"),
    *(
        Column(name, name, listed=False)
        for name in (
            "question",
            "institution",
            "intermediary",
            "consent",
            "legal_basis",
            "keep_until",
            "deleted_at",
            "entry",
        )
    ),
)
PRODUCT_WORDS = {code: one.title_zh for code, one in PRODUCTS.items()}
REASONS = {reason: row.title_zh.rstrip("。") for reason, row in ERRORS.items()}
KINDS = {"inquiry": "查询", "consent-request": "授权请求"}
OUTCOMES = {**STATUS_WORDS, "answered": "已应答", "denied": "未准", "failed": "未成", "open": "在办"}


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
    Signatory(service, signatory, key, as_json).show(
        "questions", lambda boss: boss.questions(institution=institution, outcome=outcome), _row, COLUMNS, limit
    )


def _row(question: dict[str, Any]) -> dict[str, Any]:
    return {
        **question, "asked_at": moment(question["asked_at"]), "kind": coded(question["kind"], KINDS),
        "products": coded(question["products"], PRODUCT_WORDS), "purpose": coded(question["purpose"], PURPOSES),
        "outcome": coded(question["outcome"], OUTCOMES), "reason": coded(question["reason"], REASONS),
    }  # fmt: skip
