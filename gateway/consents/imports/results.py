"""What became of the rows of an import: as the interface shows them, and as a file with the reason and what to do."""

from collections.abc import Sequence
from typing import Any

from consent.terms import PRODUCTS, PURPOSES
from gateway.consents.imports.archive import HEADINGS
from gateway.consents.imports.tables import ConsentImport, ConsentImportRow
from gateway.console.workbook import write_workbook
from gateway.web.error_table import ERRORS

TAKEN = {"active": ("已生效", "in force"), "requested": ("已提交，待办理", "handed in, waits")}
NEXT = {
    "active": "可凭此查询 The institution may ask on it.",
    "requested": "等待平台两名人员对照扫描件办理，或其余签署人同意 "
    "It waits for two officers of the platform to see to the scan, or for other signatories.",
}
COLUMNS = (
    "行号 number", "统一社会信用代码 subject", "结果 outcome", "授权编号 consent", "原因 reason", "怎么办 what to do",
)  # fmt: skip


def import_document(found: ConsentImport, rows: Sequence[ConsentImportRow]) -> dict[str, Any]:
    """Return an import with what became of each row so far."""
    taken = [row for row in rows if row.outcome in TAKEN]
    return {
        "import": str(found.import_id), "kind": found.kind, "sha256": found.digest.hex(),
        "created_at": found.created_at.isoformat(), "total": found.total, "done": len(rows), "taken": len(taken),
        "refused": len(rows) - len(taken),
        "rows": [
            {
                "number": row.number, "subject": row.subject, "outcome": row.outcome,
                "consent": str(row.consent_id) if row.consent_id else None,
                "reason": None if row.outcome in TAKEN else row.detail or ERRORS[row.outcome].title,
            }
            for row in rows
        ],
    }  # fmt: skip


def file_rows(rows: Sequence[ConsentImportRow]) -> list[list[Any]]:
    """Return the lines of the response file, its headings first."""
    return [list(COLUMNS), *(_line(row) for row in rows)]


def _line(row: ConsentImportRow) -> list[Any]:
    consent = str(row.consent_id or "")
    if row.outcome in TAKEN:
        return [row.number, row.subject, " ".join(TAKEN[row.outcome]), consent, "", NEXT[row.outcome]]
    told = ERRORS[row.outcome]
    return [row.number, row.subject, "未导入 refused", consent, row.detail or told.title, told.remedy]


def template() -> bytes:
    """Return the empty form: its headings, and how a row is filled in."""
    lines = [
        ["产品 products", *PRODUCTS.values()], ["用途 purpose", *PURPOSES.values()],
        ["有效至 valid_until", "2026-12-31", "当日仍有效 the whole day"],
        ["扫描件文件名 scan", "甲公司.pdf", "与本表同在一个 ZIP 中 in one ZIP with this sheet: PDF, PNG, JPEG"],
        ["文件名 name", "consents.xlsx"],
    ]  # fmt: skip
    return write_workbook("授权", [[names[0] for names in HEADINGS.values()]], lines)
