"""`xinqiao risk release` and the others on what is in force: rules or a model, or earlier ones again."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.admin.change_commands import Reason, make
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, show, show_list
from gateway.risk.model_commands import or_fail, text_of
from gateway.watches.names import Kind

COLUMNS = (
    Column("number", "启用 release"), Column("kind", "种类 kind"), Column("version", "版本 version"),
    Column("state", "状态 state"), Column("since", "自 since"), Column("reason", "原因 reason"),
    *(Column(name, name, listed=False) for name in ("digest", "entry")),
)  # fmt: skip
Which = Annotated[Kind, typer.Argument(help="规则或模型 rules or model.")]


def releases(as_json: AsJson = False) -> None:
    """列出监测规则与模型的各次启用 List the releases of rules and models, and which are in force."""
    from gateway.watches.listing import list_watches

    found = in_one_unit("watches.list", list_watches)
    show_list(as_json, "watches", found, COLUMNS, len(found))


def release(
    kind: Which,
    source: Annotated[Path, typer.Argument(help="规则或模型文件 Rules or a model, YAML.", exists=True, dir_okay=False)],
    report: Annotated[
        Path, typer.Argument(help="回测报告 What risk evaluate --json told.", exists=True, dir_okay=False)
    ],
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """启用监测规则或模型 Put rules or a model in force, from the next judging on."""
    texts = or_fail(lambda: [text_of(source), text_of(report)])
    made = make("watch.release", kind=kind, source=texts[0], report=texts[1], reason=reason)
    show(as_json, {"此前 before": (made.before or {})["watch_told"], "状态 state": made.status})


def return_to(
    kind: Which,
    number: Annotated[
        int, typer.Argument(min=0, metavar="RELEASE", help="第几次启用 Which; 0: the shipped rules, or no model.")
    ],
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """恢复此前的监测规则或模型 Put an earlier release in force again."""
    made = make("watch.return", kind=kind, number=number, reason=reason)
    show(as_json, {"此前 before": (made.before or {})["watch_told"], "状态 state": made.status})


def extend(group: typer.Typer) -> None:
    """Add these to the group of the risk watch."""
    group.command()(releases)
    group.command()(release)
    group.command("return")(return_to)
