"""`xinqiao paper …`: what enterprises signed on paper, for the two officers, over HTTP, each with their own key."""

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from gateway.cli.asking import Yes, check_reason, confirm
from gateway.cli.at_service import KeyFile, Officer, Service
from gateway.cli.output import AsJson, show

group = typer.Typer(
    no_args_is_help=True,
    help="纸质授权：一人录入，另一人复核 Consents on paper, for officers, over HTTP: one enters, another checks.",
)
As = Annotated[str, typer.Option("--as", envvar="XINQIAO_AS", help="管理员的客户端 The officer's client.")]
Which = Annotated[UUID, typer.Argument(help="授权编号 The consent's id.")]
Entry = Annotated[UUID, typer.Argument(help="变更编号，见 paper list The entry's id.")]


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
    show(as_json, found if as_json else _lines(found))


@group.command("show")
def show_paper(consent: Which, service: Service, officer: As, key: KeyFile, as_json: AsJson = False) -> None:
    """请求的文字、扫描件、待复核的录入 A request: the text of the paper, its scans, its entries."""
    found = Officer(service, officer, key, as_json).run(lambda one: one.paper(str(consent)))
    show(as_json, found if as_json else _in_words(found))


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


def _lines(found: dict[str, Any]) -> dict[str, object]:
    return {
        "待录入 to enter": [
            f"{one['consent']} {one['subject']} {one['institution_name']}" for one in found["to_enter"]
        ],
        "待复核 to check": [
            f"{one['change']} {one['action']['subject']} {one['asked_by']}" for one in found["to_check"]
        ],
    }  # fmt: skip


def _in_words(found: dict[str, Any]) -> dict[str, object]:
    return {
        "授权 consent": found["consent"]["consent"], "状态 status": found["consent"]["status"],
        **{line["label"]: line["text"] for line in found["text"]},
        "扫描件 scans": [one["sha256"] for one in found["scans"]],
        "待复核 to check": [one["change"] for one in found["entries"]],
    }  # fmt: skip
