"""`xinqiao verify FILE`: check a signed statement offline: answer, batch, consent receipt, delivery, receipt."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.output import AsJson, fail, show

TYPES = {
    "xinqiao-answer+jws": "answer",
    "xinqiao-batch+jws": "batch",
    "xinqiao-consent+jws": "consent",
    "xinqiao-delivery+jws": "delivery",
    "xinqiao-receipt+jws": "delivery",
}


def verify(
    file: Annotated[Path, typer.Argument(help="应答文件 The answer as JSON, or a JWS.", exists=True, dir_okay=False)],
    keys: Annotated[
        Path, typer.Option(help="公钥文件 What /.well-known/xinqiao-keys said, kept from earlier.", exists=True)
    ],
    as_json: AsJson = False,
) -> None:
    """离线验签 Check a signed statement against keys kept earlier; needs no database and no network."""
    import orjson

    from signing.errors import SignatureError
    from signing.jws import type_of, verify_jws

    try:
        content = file.read_text("utf-8").strip()
        given = orjson.loads(content) if content.startswith("{") else {"answer": content}
        statement = str(given.get("answer") or given.get("statement") or "")
        held = orjson.loads(keys.read_bytes())
        typ = type_of(statement)
        if typ not in TYPES:
            fail(f"不认识的签名类型 unknown type of statement {typ!r}")
        payload = verify_jws(statement, [held[TYPES[typ]]], typ)
    except SignatureError as fault:
        fail(f"验签不通过 does not verify: {fault}")
    except (ValueError, KeyError, AttributeError):
        fail("文件或公钥文件格式不对 the file or the key file is not what it should be")
    changed = [name for name, value in given.items() if name in payload and payload[name] != value]
    if changed:
        fail(f"签名之外的内容被改动 differs from what was signed: {', '.join(changed)}")
    show(as_json, {"有效 valid": True, "类型 type": typ, **payload})
