"""`xinqiao verify FILE`: check offline a record's proof, or a signed statement: answer, batch, receipt, delivery."""

from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.output import AsJson, fail, show

TYPES = {
    "xinqiao-answer+jws": "answer",
    "xinqiao-batch+jws": "batch",
    "xinqiao-consent+jws": "consent",
    "xinqiao-delivery+jws": "delivery",
    "xinqiao-receipt+jws": "delivery",
}


_SIGNED = {
    None: None,
    "given": "given",
    "in the file": "文件中的公钥，未与已知公钥核对 the one in the file, compared with none: give --agency-key",
}


def verify(
    file: Annotated[Path, typer.Argument(help="应答文件 The answer as JSON, or a JWS.", exists=True, dir_okay=False)],
    keys: Annotated[
        Path, typer.Option(help="公钥文件 What /.well-known/xinqiao-keys said, kept from earlier.", exists=True)
    ],
    log_key: Annotated[
        Path | None,
        typer.Option(help="审计日志公钥，须有条目 The log's verifier key: an entry must be there; else the keys' own."),
    ] = None,
    agency_key: Annotated[
        Path | None,
        typer.Option(help="部门公钥，须有签名 The agency's public key: its signature must be there; else the file's."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """离线验证 Check a proof or a signed statement against keys kept earlier; needs no database and no network."""
    import orjson

    from gateway.records.proof_check import is_proof
    from signing.errors import SignatureError
    from signing.jws import type_of, verify_jws

    try:
        raw, held = file.read_bytes(), orjson.loads(keys.read_bytes())
        content = raw.decode().strip()
        given = orjson.loads(content) if content.startswith("{") else {"answer": content}
        if is_proof(given):
            show(as_json, _proved(raw, held, log_key, agency_key))
            return
        statement = str(given.get("answer") or given.get("statement") or "")
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
    unsigned = sorted(set(given) - set(payload) - {"answer", "statement"})
    if "answer" in given and unsigned:
        fail(f"有未签名的内容 holds what was never signed: {', '.join(unsigned)}")
    beside = {"未签名 not signed": ", ".join(unsigned)} if unsigned else {}
    show(as_json, {"有效 valid": True, "类型 type": typ, **payload, **beside})


def _proved(raw: bytes, held: dict[str, Any], log_key: Path | None, agency_key: Path | None) -> dict[str, object]:
    """Check a record's proof; a fault ends the command with the step that failed."""
    import orjson

    from gateway.records.proof_check import RecordProofError, verify_proof

    vkey = log_key.read_text() if log_key else str(held["audit"])
    try:
        known = orjson.loads(agency_key.read_bytes()) if agency_key else None
        proved = verify_proof(raw, held["batch"], vkey, known, logged=log_key is not None)
    except RecordProofError as fault:
        fail(str(fault))
    return {
        "有效 valid": True,
        "类型 type": "record-proof",
        "记录 record": proved.record,
        "批次 statement": proved.statement,
        "部门签名 agency signature by key": _SIGNED[proved.signed_by],
        "审计条目 entry": proved.log,
    }
