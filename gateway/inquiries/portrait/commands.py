"""`xinqiao score network`: the network of a portrait, made of the signed answer for other programs."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from gateway.cli.output import AsJson, Force, fail, keep_existing, show


def extend(group: typer.Typer) -> None:
    """Add the command to those of scores."""
    group.command("network")(network)


def network(
    answer: Annotated[
        Path, typer.Argument(metavar="ANSWER", exists=True, dir_okay=False, help="应答文件 Signed, JWS.")
    ],
    keys: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="公钥文件 What /.well-known/xinqiao-keys said.")
    ],
    to: Annotated[Path, typer.Option(metavar="FILE", dir_okay=False, help="写成此文件 The file to make.")],
    form: Annotated[
        Literal["bods", "ftm"], typer.Option("--form", help="格式 The form: BODS 0.4, or FollowTheMoney.")
    ] = "bods",
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """由签名的画像制作关联网络文件 Make the network of a signed portrait a file; needs no instance."""
    import orjson

    from gateway.inquiries.answers import ANSWER_TYPE
    from gateway.inquiries.portrait.exports import network_bytes
    from gateway.runtime.denial import DeniedError
    from gateway.web.error_table import ERRORS
    from signing.errors import SignatureError
    from signing.jws import verify_jws

    try:
        token = answer.read_text().strip()
        verify_jws(token, [orjson.loads(keys.read_bytes())["answer"]], ANSWER_TYPE)
        made = network_bytes(token, form)
    except SignatureError as fault:
        fail(f"验签不通过 does not verify: {fault}")
    except DeniedError as fault:
        fail(ERRORS[fault.denial.reason].title)
    except (ValueError, KeyError, TypeError):
        fail(f"{answer} 或 {keys} 不是应答或公钥文件 no signed answer, or no key file")
    keep_existing(to, force=force)
    to.write_bytes(made)
    show(as_json, {"已写 written": str(to), "字节 bytes": len(made)})
