"""What is made of a signed answer in a file, on a machine without an instance: first its signature is verified."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.output import fail

AnswerFile = Annotated[
    Path,
    typer.Argument(
        metavar="ANSWER", exists=True, dir_okay=False, help="接口所答的 JSON 或签名 The answer, or its JWS."
    ),
]
KeysFile = Annotated[
    Path, typer.Option(exists=True, dir_okay=False, help="公钥文件 What /.well-known/xinqiao-keys said.")
]


def make_of(answer: Path, keys: Path, make: Callable[[str], bytes]) -> bytes:
    """Return what `make` makes of a signed answer that verifies with the key for answers among `keys`.

    The file holds what the API answered, or the signed statement alone (JWS). Whatever stands in the way ends the
    command with a line.
    """
    import orjson  # noqa: PLC0415 - with all that follows: help needs none of it

    from gateway.inquiries.answers import ANSWER_TYPE  # noqa: PLC0415
    from gateway.runtime.denial import DeniedError  # noqa: PLC0415
    from gateway.web.error_table import ERRORS  # noqa: PLC0415
    from signing.errors import SignatureError  # noqa: PLC0415
    from signing.jws import verify_jws  # noqa: PLC0415

    try:
        token = _signed(answer.read_text("utf-8-sig").strip())
        verify_jws(token, [orjson.loads(keys.read_bytes())["answer"]], ANSWER_TYPE)
        return make(token)
    except SignatureError as fault:
        fail(f"验签不通过 does not verify: {fault}")
    except DeniedError as fault:
        fail(ERRORS[fault.denial.reason].title)
    except (ValueError, KeyError, TypeError):
        fail(f"{answer} 或 {keys} 不是应答或公钥文件 no signed answer, or no key file")


def _signed(content: str) -> str:
    """Return the signed statement of what the API gave: an answer, or an inquiry with its answer."""
    import orjson  # noqa: PLC0415

    given = orjson.loads(content) if content.startswith("{") else content
    while isinstance(given, dict):
        given = given["answer"]
    if not isinstance(given, str):
        raise TypeError("there is no signed answer in it")
    return given
