"""`xinqiao provider …`: outside providers of scores."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from gateway.admin.change_commands import Reason, make
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, fail, show, show_list

COLUMNS = (
    Column("provider", "编号 provider"),
    Column("version", "版本 version"),
    Column("status", "状态 status"),
    Column("terms", "约定 terms"),
    Column("since", "自 since"),
    Column("reason", "原因 reason"),
    *(Column(name, name, listed=False) for name in ("kind", "in_force", "entry")),
)
DAYS = (
    Column("provider", "编号 provider"),
    Column("day", "日期 day"),
    Column("calls", "次数 calls"),
    Column("answered", "应答 answered"),
    Column("attempts", "尝试 attempts"),
    Column("p95_ms", "p95 毫秒 ms"),
    Column("faults", "故障 faults"),
    *(
        Column(name, name, listed=False)
        for name in ("kept", "not_asked", "latency", "p50_ms", "p99_ms", "available_bp")
    ),
)
STATEMENTS = (
    Column("provider", "编号 provider"),
    Column("version", "版本 version"),
    Column("holds", "签名成立 holds"),
    Column("body", "正文 body"),
    *(Column(name, name, listed=False) for name in ("signature", "key", "entry")),
)
FOUND = (Column("check", "约定 check"), Column("kept", "遵守 kept"), Column("seen", "所见 seen"))
# What scoring_adapter/providers/contract.py holds a provider to.
CHECKS = {
    "answers": "应答合乎约定 it answers as agreed",
    "repeats": "同一问，同一答 the same question, the same answer",
    "at-once": "同时多问，各答各的 several at once, each its own answer",
    "refuses": "不成其为问题的，答 4xx what is no question is 4xx",
    "stranger": "不认识的企业：照答或答 4xx of an enterprise that it does not know, an answer or 4xx",
    "permits": "没有合格凭证的，答 401 without a sound permit, 401",
}
EXAMPLES = ("91330300MAX000031G", "91330300MAX00004X8")  # of the sandbox: nobody's
Name = Annotated[str, typer.Argument(metavar="ID", help="评分提供方编号 The provider's name.")]
Url = Annotated[str, typer.Argument(metavar="URL", help="地址 Where it is asked: http(s)://…")]
OtherTerms = Annotated[
    Path | None,
    typer.Option("--terms", metavar="FILE", help="其余约定，JSON（docs/providers.md） The other terms, as JSON."),
]
Which = Annotated[str | None, typer.Option("--provider", metavar="ID", help="只列此提供方 Of this one alone.")]
group = typer.Typer(no_args_is_help=True, help="评分提供方 Outside providers of scores.")


@group.command("list")
def list_all(provider: Which = None, as_json: AsJson = False) -> None:
    """列出评分提供方；指定一个时列出各版 List the providers; of one, every version of its terms."""
    from gateway.providers.setting import list_in_force, list_versions

    reading = partial(list_versions, provider=provider) if provider else list_in_force
    found = in_one_unit("providers.list", reading)
    show_list(as_json, "providers", found, COLUMNS, len(found))


@group.command("days")
def list_days_of(
    provider: Which = None,
    days: Annotated[
        int, typer.Option("--days", min=1, max=400, metavar="N", help="几天，含今天 Of so many days.")
    ] = 30,
    as_json: AsJson = False,
) -> None:
    """逐日记录：次数、故障、时延 What providers answered day by day: how often, how it ended, how long it took."""
    from gateway.providers.days import list_days

    found = in_one_unit("providers.days", partial(list_days, provider=provider, days=days))
    show_list(as_json, "days", found, DAYS, len(found))


@group.command("set")
def set_one(
    provider: Name,
    url: Url,
    reason: Reason,
    *,
    terms: OtherTerms = None,
    as_json: AsJson = False,
) -> None:
    """登记评分提供方，或更改约定 Register a provider, or give one other terms: a new version."""
    make("provider.set", provider=provider, url=url, reason=reason, **_read_terms(terms))
    show(as_json, {"编号 provider": provider, "地址 url": url})


@group.command("join")
def join(
    provider: Name,
    reason: Reason,
    *,
    terms: Annotated[
        Path, typer.Option("--terms", metavar="FILE", help="约定，JSON（docs/providers.md） The terms, as JSON.")
    ],
    as_json: AsJson = False,
) -> None:
    """登记联合应答，或更改约定 Register a joint answer of several, or give one other terms: a new version."""
    make("provider.join", provider=provider, reason=reason, **_read_terms(terms))
    show(as_json, {"编号 provider": provider})


@group.command("statements")
def statements(
    inquiry: Annotated[UUID, typer.Argument(metavar="INQUIRY", help="查询编号 The inquiry's id.")],
    as_json: AsJson = False,
) -> None:
    """某次应答中提供方签过名的原文，并验签 What providers signed of an answer, base64, and whether it verifies."""
    from gateway.inquiries.provider_statements import read_statements

    found = in_one_unit("providers.statements", partial(read_statements, inquiry_id=inquiry))
    show_list(as_json, "statements", found, STATEMENTS, len(found))


@group.command("check")
def check(
    url: Url,
    *,
    subject: Annotated[
        list[str] | None, typer.Option(metavar="USCC", help="它所知的企业，可重复 Enterprises it knows.")
    ] = None,
    terms: OtherTerms = None,
    product: Annotated[str, typer.Option(metavar="CODE", help="产品 The product.")] = "score",
    purpose: Annotated[str, typer.Option(metavar="CODE", help="用途 The purpose.")] = "pre_loan",
    permit_key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="代替网关签凭证的私钥 A private key that stands in for the gateway's."),
    ] = None,
    issuer: Annotated[str, typer.Option(metavar="URL", help="凭证中的网关地址 The gateway of the permits.")] = (
        "http://127.0.0.1:8000"
    ),
    name: Annotated[str, typer.Option(metavar="ID", help="凭证中的提供方 The provider of the permits.")] = "five-force",
    as_json: AsJson = False,
) -> None:
    """按约定试问一个提供方，不登记 Try whether a provider keeps to the contract; nothing is registered."""
    import asyncio

    from pydantic import ValidationError

    from connectors.model.calendar import day_of
    from gateway.admin.provider_actions import SetProvider
    from gateway.runtime.clock import now
    from gateway.runtime.wrong_values import in_one_line
    from scoring_adapter.providers.contract import Trial, check_contract
    from scoring_adapter.providers.contract_permits import StandIn
    from scoring_adapter.providers.terms import fault_of

    try:
        tried = SetProvider(provider="tried", url=url, reason="试用", **_read_terms(terms)).terms()
    except ValidationError as fault:
        fail(in_one_line(fault))
    if wrong := fault_of(tried):
        fail(wrong)
    stand_in = StandIn(issuer, name, _signing(permit_key)) if permit_key else None
    trial = Trial(tried, subject or EXAMPLES, product, purpose, day_of(now()).isoformat(), stand_in)
    findings = asyncio.run(check_contract(trial))
    told = [{"check": CHECKS[one.name], "kept": one.kept, "seen": one.seen} for one in findings]
    show_list(as_json, "checks", told, FOUND, len(told))
    if not all(one.kept for one in findings):
        raise typer.Exit(1)


@group.command("suspend")
def suspend(provider: Name, reason: Reason, as_json: AsJson = False) -> None:
    """停用，下一次查询即生效 Ask it no more, from the next question on."""
    make("provider.suspend", provider=provider, reason=reason)
    show(as_json, {"编号 provider": provider})


@group.command("resume")
def resume(provider: Name, reason: Reason, as_json: AsJson = False) -> None:
    """恢复 Ask it again, on the terms in force."""
    make("provider.resume", provider=provider, reason=reason)
    show(as_json, {"编号 provider": provider})


def _signing(path: Path) -> Callable[[Mapping[str, Any]], str]:
    """Return what signs permits with a key from a file."""
    from gateway.inquiries.permits import PERMIT_TYPE
    from signing.errors import KeyFileError
    from signing.jws import sign_jws
    from signing.keys import key_from_private

    try:
        key = key_from_private(path.read_bytes())
    except (OSError, KeyFileError) as fault:
        fail(f"{path}: {fault}")
    return lambda claims: sign_jws(claims, key, PERMIT_TYPE)


def _read_terms(path: Path | None) -> dict[str, Any]:
    """Return the terms that stand in a file, beside the address."""
    import orjson

    try:
        members = orjson.loads(path.read_bytes()) if path else {}
    except (OSError, orjson.JSONDecodeError) as fault:
        fail(f"{path}: 不是 JSON 文件 is no file of JSON: {fault}")
    if not isinstance(members, dict) or members.keys() & {"action", "provider", "url", "reason"}:
        fail(f"{path}: 只写其余约定 holds the other terms alone")
    return members
