"""`xinqiao paper …`: what enterprises signed on paper, for the two officers, over HTTP, each with their own key."""

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from gateway.cli.asking import Yes, check_reason, confirm
from gateway.cli.at_service import KeyFile, Officer, Service
from gateway.cli.output import AsJson, Column, show, show_list, show_one

group = typer.Typer(
    no_args_is_help=True,
    help="纸质授权：一人录入，另一人复核 Consents on paper, for officers, over HTTP: one enters, another checks.",
)
As = Annotated[str, typer.Option("--as", envvar="XINQIAO_AS", help="管理员的客户端 The officer's client.")]
Which = Annotated[UUID, typer.Argument(help="授权编号 The consent's id.")]
Entry = Annotated[UUID, typer.Argument(help="变更编号，见 paper list The entry's id.")]

TO_ENTER = (
    Column("consent", "授权 consent"),
    Column("subject", "企业 subject"),
    Column("institution_name", "机构 institution_name"),
    Column("purpose", "用途 purpose"),
    Column("valid_until", "有效至 valid_until"),
    Column("changed_at", "提出 asked"),
    *(Column(name, name, listed=False) for name in ("institution", "products", "status", "terms_sha256")),
)
TO_CHECK = (
    Column("change", "变更 change"),
    Column("consent", "授权 consent"),
    Column("subject", "企业 subject"),
    Column("asked_by", "录入人 asked_by"),
    Column("asked_at", "录入 asked_at"),
    *(Column(name, name, listed=False) for name in ("scan", "role", "signed_on", "reference", "until")),
)
PAPER = (
    Column("consent", "授权 consent"),
    Column("status", "状态 status"),
    Column("subject", "企业 subject"),
    Column("institution_name", "机构 institution_name"),
    Column("shown", "纸上文字 shown"),
    Column("scans", "扫描件 scans"),
    Column("entries", "待复核 entries"),
    *(
        Column(name, name, listed=False)
        for name in ("institution", "products", "purpose", "valid_until", "terms_sha256")
    ),
)


@group.callback()
def paper() -> None:
    """纸质授权：一人录入，另一人复核 Consents on paper, for officers, over HTTP: one enters, another checks."""


@group.command("list")
def list_papers(
    service: Service,
    officer: As,
    key: KeyFile,
    subject: Annotated[str | None, typer.Option(metavar="USCC", help="只看一家企业 Of one enterprise.")] = None,
    as_json: AsJson = False,
) -> None:
    """待录入和待复核的 What waits to be entered, and what waits to be checked."""
    found = Officer(service, officer, key, as_json).run(lambda one: one.papers(subject=subject))
    if as_json:
        show(True, {"to_enter": _told(found["to_enter"], TO_ENTER), "to_check": _told(found["to_check"], TO_CHECK)})
        return
    for title, rows, columns in (("待录入 To enter", "to_enter", TO_ENTER), ("待复核 To check", "to_check", TO_CHECK)):
        typer.echo(title)
        show_list(False, rows, _told(found[rows], columns), columns, len(found[rows]))


@group.command("show")
def show_paper(consent: Which, service: Service, officer: As, key: KeyFile, as_json: AsJson = False) -> None:
    """请求的文字、扫描件、待复核的录入 A request: the text of the paper, its scans, its entries."""
    found = Officer(service, officer, key, as_json).run(lambda one: one.paper(str(consent)))
    show_one(as_json, _whole(found), PAPER)
    if not as_json:
        show(False, {line["label"]: line["text"] for line in found["text"]})


@group.command("enter")
def enter(
    consent: Which,
    scan: Annotated[Path, typer.Argument(metavar="FILE", help="扫描件 The scan: PDF, PNG, JPEG.")],
    service: Service,
    officer: As,
    key: KeyFile,
    *,
    id_number: Annotated[str, typer.Option(metavar="NUMBER", help="签字人证件号码 The signatory's document.")],
    signed_on: Annotated[str, typer.Option(metavar="DAY", help="签字日期 When it was signed: 2026-11-27")],
    role: Annotated[str, typer.Option(metavar="ROLE", help="身份 legal_rep | agent")] = "legal_rep",
    reference: Annotated[str | None, typer.Option(metavar="TEXT", help="委托书号 An agent's mandate.")] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="委托至 Until when it lasts, with its zone.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """交扫描件并录入签字人，等另一人复核 Hand in the scan and enter who signed; another officer checks it."""
    caller = Officer(service, officer, key, as_json)
    shown = caller.run(lambda one: one.paper(str(consent)))["shown"]
    digest = caller.run(lambda one: one.send_scan(str(consent), scan))
    made = caller.run(
        lambda one: one.enter_paper(
            str(consent), scan=digest, shown=shown, id_number=id_number, role=role, signed_on=signed_on,
            reference=reference, until=until,
        )
    )  # fmt: skip
    show(as_json, made if as_json else {"变更 change": made["change"], "状态 status": made["status"]})


@group.command("scan")
def save_scan(
    consent: Which,
    sha256: Annotated[str, typer.Argument(help="扫描件的 SHA-256 The scan's digest.")],
    target: Annotated[Path, typer.Argument(metavar="FILE", help="存到何处 Where to save it.")],
    service: Service,
    officer: As,
    key: KeyFile,
    as_json: AsJson = False,
) -> None:
    """取扫描件，以便对照 Save a scan, to compare the paper with."""
    content = Officer(service, officer, key, as_json).run(lambda one: one.scan(str(consent), sha256))
    target.write_bytes(content)
    show(as_json, {"文件 file": str(target), "字节 bytes": len(content)})


@group.command("approve")
def approve(
    entry: Entry, service: Service, officer: As, key: KeyFile, yes: Yes = False, as_json: AsJson = False
) -> None:
    """已对照扫描件，复核通过 The entry was checked against the scan, and is right."""
    confirm("已逐行对照扫描件？ Was it compared with the scan, line by line?", yes=yes)
    _decide(Officer(service, officer, key, as_json), entry, approve=True)


@group.command("return")
def send_back(
    entry: Entry,
    service: Service,
    officer: As,
    key: KeyFile,
    reason: Annotated[str, typer.Option(callback=check_reason, help="原因 Why.")],
    as_json: AsJson = False,
) -> None:
    """退回，并说明原因 Send the entry back, and say why."""
    _decide(Officer(service, officer, key, as_json), entry, approve=False, reason=reason)


def _decide(caller: Officer, entry: UUID, *, approve: bool, reason: str = "") -> None:
    made = caller.run(lambda one: one.decide(str(entry), approve=approve, reason=reason))
    told = {"变更 change": made["change"], "状态 status": made["status"], "原因 reason": made["reason"]}
    show(caller.as_json, made if caller.as_json else told)


def _told(rows: list[dict[str, Any]], columns: tuple[Column, ...]) -> list[dict[str, Any]]:
    """Return requests, or entries with what was entered, by the members that are listed of them."""
    whole = [{**one, **one.get("action", {})} for one in rows]
    return [{column.name: one[column.name] for column in columns} for one in whole]


def _whole(found: dict[str, Any]) -> dict[str, Any]:
    """Return a request with its scans and the entries that wait, by their numbers."""
    return {
        **found["consent"], "shown": found["shown"], "scans": [one["sha256"] for one in found["scans"]],
        "entries": [one["change"] for one in found["entries"]],
    }  # fmt: skip
