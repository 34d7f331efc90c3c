"""A statement's content for people: a row per question in words, and the same as CSV. Pure."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.model.calendar import SHANGHAI
from consent.terms import PURPOSES
from gateway.consents.words import STATUS_WORDS
from gateway.quota.products import PRODUCTS
from gateway.web.error_table import ERRORS

HEADER = (
    "时间",
    "机构",
    "账户",
    "转来机构",
    "种类",
    "产品",
    "用途",
    "授权编号",
    "结果",
    "原因",
    "日志条目",
    "可留存至",
    "声明删除于",
    "依据",
)
KINDS = {"inquiry": "查询", "consent-request": "请求授权"}
OUTCOMES = {**STATUS_WORDS, "answered": "已应答", "denied": "未准", "failed": "未成", "open": "在办"}
BASES = {"consent": "授权", "public": "公示信息", "duty": "职责："}
_PRODUCTS = {code: one.title_zh for code, one in PRODUCTS.items()}
BETWEEN_OTHERS = "与本企业无关（机构配额、账户或提供方）"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows_of(content: Mapping[str, Any]) -> list[list[str]]:
    """Return a row per question, oldest first."""
    return [_row(one) for one in content["questions"]]


def as_csv(content: Mapping[str, Any]) -> bytes:
    """Return the rows as CSV, with a byte order mark for spreadsheets; nothing in it is taken for a formula."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(HEADER)
    writer.writerows([[_plain(cell) for cell in row] for row in rows_of(content)])
    return target.getvalue().encode("utf-8-sig")


def _row(one: Mapping[str, Any]) -> list[str]:
    return [
        _moment(one["asked_at"]), one["institution_name"], one["account"], one["intermediary"] or "",
        KINDS[one["kind"]], _named(one["products"], _PRODUCTS), PURPOSES.get(one["purpose"], one["purpose"]),
        one["consent"] or "", OUTCOMES.get(one["outcome"], one["outcome"]), _why(one), one["entry"],
        _moment(one.get("keep_until")), _moment(one.get("deleted_at")), _basis(one),
    ]  # fmt: skip


def _moment(written: str | None) -> str:
    """Return a moment in Beijing time; nothing where there is none, as in statements of before it was told."""
    return datetime.fromisoformat(written).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if written else ""


def _basis(one: Mapping[str, Any]) -> str:
    """Return what an answer rests on; "" where there is none, and in statements of before it was told."""
    told = one.get("legal_basis")
    return f"{BASES[told['kind']]}{told.get('law') or ''}" if told else ""


def _why(one: Mapping[str, Any]) -> str:
    if one["outcome"] not in {"denied", "failed"}:
        return ""
    reason = one["reason"]
    if reason is None:
        return BETWEEN_OTHERS
    return ERRORS[reason].title_zh.rstrip("。") if reason in ERRORS else reason


def _named(codes: Sequence[str], names: Mapping[str, str]) -> str:
    return "、".join(names.get(code, code) for code in codes)


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
