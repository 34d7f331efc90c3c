"""`xinqiao score network`: the network of a portrait, made of the signed answer for other programs."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from gateway.cli.output import AsJson, Force, keep_existing, show
from gateway.inquiries.signed_file import AnswerFile, KeysFile, make_of


def extend(group: typer.Typer) -> None:
    """Add the command to those of scores."""
    group.command("network")(network)


def network(
    answer: AnswerFile,
    keys: KeysFile,
    to: Annotated[Path, typer.Option(metavar="FILE", dir_okay=False, help="写成此文件 The file to make.")],
    form: Annotated[
        Literal["bods", "ftm"], typer.Option("--form", help="格式 The form: BODS 0.4, or FollowTheMoney.")
    ] = "bods",
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """由签名的画像制作关联网络文件 Make the network of a signed portrait a file; needs no instance."""
    from gateway.inquiries.portrait.exports import network_bytes

    made = make_of(answer, keys, lambda token: network_bytes(token, form))
    keep_existing(to, force=force)
    to.write_bytes(made)
    show(as_json, {"已写 written": str(to), "字节 bytes": len(made)})
