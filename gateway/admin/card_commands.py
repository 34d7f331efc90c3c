"""`xinqiao score release` and the others on the card in force: put another in force, or an earlier one again."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.admin.change_commands import Reason, make
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, fail, show, show_list

COLUMNS = (
    Column("number", "启用 release"),
    Column("model", "模型 model"),
    Column("state", "状态 state"),
    Column("since", "自 since"),
    Column("reason", "原因 reason"),
    *(Column(name, name, listed=False) for name in ("digest", "entry")),
)


def cards(as_json: AsJson = False) -> None:
    """列出评分卡的各次启用 List the releases of the scorecard, and which is in force."""
    from gateway.cards.listing import list_cards

    found = in_one_unit("cards.list", list_cards)
    show_list(as_json, "cards", found, COLUMNS, len(found))


def release(
    card: Annotated[
        Path, typer.Argument(help="评分卡 A card: a YAML file, or the folder that fit wrote.", exists=True)
    ],
    report: Annotated[
        Path, typer.Argument(help="验证报告 What score validate --json told of it.", exists=True, dir_okay=False)
    ],
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """启用评分卡，一分钟后生效 Put a card in force, a minute from now."""
    try:
        texts = [one.read_text("utf-8") for one in (card / "card.yaml" if card.is_dir() else card, report)]
    except UnicodeDecodeError:
        fail(f"{card} 或 {report} 不是 UTF-8 文本 one of them is no text in UTF-8")
    made = make("card.release", card=texts[0], report=texts[1], reason=reason)
    show(as_json, {"此前 before": (made.before or {})["model"], "状态 state": made.status})


def return_to(
    number: Annotated[int, typer.Argument(min=0, metavar="RELEASE", help="第几次启用 Which; 0 is the shipped card.")],
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """恢复此前的评分卡，一分钟后生效 Put the card of an earlier release in force again, a minute from now."""
    made = make("card.return", number=number, reason=reason)
    show(as_json, {"此前 before": (made.before or {})["model"], "状态 state": made.status})


def extend(group: typer.Typer) -> None:
    """Add these to the group of scores."""
    group.command()(cards)
    group.command()(release)
    group.command("return")(return_to)
