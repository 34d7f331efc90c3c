"""A health check or a portrait to print: made of the signed answer alone, so that whoever has it makes the same bytes;
where persons consented to be named, of the names beside it too. Pure.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from connectors.model.calendar import SHANGHAI
from gateway.console.typesetting import set_pdf
from gateway.console.words import NOTHING, Words
from gateway.inquiries.answer_sheet import Sheet, lay_out, weight
from gateway.inquiries.health_words import Line, health_of, windows_told
from gateway.inquiries.industry_words import industry_of
from gateway.inquiries.portrait.naming import with_names
from gateway.inquiries.portrait.pdf import portrait_parts, table
from gateway.inquiries.shown import product_text, purpose_text
from gateway.runtime.denial import DeniedError
from gateway.scores.improvement_words import improvements_of
from signing.canonical import sha256_hex
from signing.jws import payload_of

TEMPLATE = Path(__file__).with_name("sheet.typ")
WIDTHS = [1, 0, 0, 0, 0, 0, 0]
HEADER = ["数据类别", "情况", "记录", "异议中", "最近一条", "两年趋势", "报送"]
NOTE = (
    "本表由签名应答逐项排版，不含其他内容：页脚为应答文件（JWS）的 SHA-256。持有应答文件的人可用平台公布的公钥验签，"
    "并用 xinqiao score sheet 重制本表，与所持文件逐字节比较。"
)
RIM = 150  # points at the rim of the radar; more lies on it
NOBODY: Mapping[str, str] = MappingProxyType({})
_WORDS = Words("zh")


def sheet_pdf(answer: str, names: Mapping[str, str] = NOBODY) -> bytes:
    """Return the sheet of a signed answer as PDF, always the same; `names` of persons by their numbers. Raises
    DeniedError for one that has no sheet, and where PDF cannot be set here.
    """
    statement = with_names(payload_of(answer), names)
    if not {"health", "dimensions", "network", "changes"} & statement.keys():
        raise DeniedError("no-sheet")
    return set_pdf(TEMPLATE, sheet_data(answer, statement))


def sheet_data(answer: str, statement: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is set."""
    sheet = lay_out(statement, _WORDS)
    title, parts = (
        ("企业公共信用体检表", _health_parts(statement, sheet)) if "health" in statement
        else ("企业公共信用画像", portrait_parts(statement, _WORDS))
    )  # fmt: skip
    return {
        "title": title, "subject": statement["subject"], "issuer": statement["iss"],
        "facts": _facts(statement, sheet, parts["finding"]), "digest": sha256_hex(answer.encode()),
        "reasons": [_reason(one.text, one.points) for one in sheet.reasons or ()],
        "industry": _industry(statement), "improvements": _improvements(statement),
        "radar": [
            {"name": name, "points": NOTHING if points is None else weight(points), "radius": _radius(points)}
            for name, points in parts["radar"]
        ],
        "timeline": _timeline(statement), "tables": parts["tables"], "note": NOTE + sheet.use,
    }  # fmt: skip


def _health_parts(statement: Mapping[str, Any], sheet: Sheet) -> dict[str, Any]:
    """Return the finding, the radar's dimensions with their points, and the table, of an answer with a health check."""
    health, dimensions = health_of(statement, _WORDS), sheet.dimensions
    assert health is not None, "answers with a health check come here alone"  # noqa: S101 - see sheet_data
    points = zip(dimensions.categories, dimensions.series[0].values, strict=True) if dimensions else ()
    return {
        "finding": health.finding, "radar": [(name, None if value is None else int(value)) for name, value in points],
        "tables": [table("各类数据", (WIDTHS, HEADER), [_row(one) for one in health.lines])],
    }  # fmt: skip


def _facts(statement: Mapping[str, Any], sheet: Sheet, finding: str) -> list[tuple[str, str]]:
    score = NOTHING if sheet.score is None else f"{sheet.score} / 1000"
    issued, until = (
        f"{datetime.fromisoformat(statement[name]).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}（北京时间）"
        for name in ("issued_at", "expires_at")
    )
    institution, name = statement.get("institution_name"), statement.get("subject_name")
    facts = [
        *([("企业名称", name)] if name else []),  # of earlier answers, and of individually owned businesses, the code
        ("统一社会信用代码", statement["subject"]), ("总体情况", finding),
        ("分数、等级", f"{score}　{sheet.band_name}"), ("截至", sheet.as_of),
        ("机构", f"{institution}（{statement['institution']}）" if institution else statement["institution"]),
        ("产品、用途", f"{product_text(_WORDS, statement['product'])}，{purpose_text(_WORDS, statement['purpose'])}"),
        ("查询编号", statement["inquiry"]), ("日志条目", sheet.entry), ("模型", sheet.model),
        ("出具", f"{statement['iss']}　{issued}"), ("有效至", until), ("依据的数据", sheet.scope),
    ]  # fmt: skip
    return [*facts, *([("没有提供", "、".join(sheet.withheld))] if sheet.withheld else [])]


def _reason(text: str, points: int | None) -> str:
    return text if points is None else f"{text}（{weight(points)} 分）"


def _industry(statement: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the comparison with the industry: its sentence, how many and of when, and each score."""
    found = industry_of(statement, _WORDS)
    if found is None:
        return None
    bars: list[dict[str, Any]] = []
    if found.chart:
        columns = zip(found.chart.categories, *(one.values for one in found.chart.series), strict=True)
        bars = [
            {"name": name, "score": int(others if own is None else own), "own": own is not None}
            for name, own, others in columns
        ]  # fmt: skip
    return {"finding": found.finding, "facts": [list(pair) for pair in found.facts[2:]], "bars": bars}


def _improvements(statement: Mapping[str, Any]) -> list[str]:
    found = improvements_of(statement.get("improvements"), _WORDS)
    return [f"{one.text}：{one.weight} 分，之后 {one.score} 分" for one in found.steps] if found else []


def _radius(points: int | None) -> int | None:
    """Return how far from the middle points lie, per mille: none halfway, RIM and more at the rim; None of what could
    not be computed, which is no corner of the shape.
    """
    return None if points is None else 500 + max(-RIM, min(RIM, points)) * 500 // RIM


def _timeline(statement: Mapping[str, Any]) -> list[dict[str, Any]]:
    windows = windows_told(statement)
    most = max((many for _, many in windows if many), default=1)
    return [
        {
            "ends": f"{end:%y-%m-%d}",
            "count": NOTHING if many is None else str(many),
            "share": (many or 0) * 1000 // most,
        }
        for end, many in windows
    ]


def _row(line: Line) -> list[str]:
    counts = [NOTHING if many is None else str(many) for many in (line.held, line.objected)]
    return [line.name, line.told, *counts, line.latest, line.trend, f"{line.freshness} {line.delivered}"]
