"""`xinqiao verify FILE`: check offline whatever this program signs or proves; what a file is, it says itself.

A record's proof, an entry's proof (JSON, or C2SP tlog-proof), a file that proves who asked about an enterprise, or a
signed statement: answer, batch, receipt, delivery.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.output import AsJson, fail, show

TYPES = {
    "xinqiao-answer+jws": "answer",
    "xinqiao-batch+jws": "batch",
    "xinqiao-consent+jws": "consent",
    "xinqiao-consent-console+jws": "consent",
    "xinqiao-consent-paper+jws": "consent",
    "xinqiao-delivery+jws": "delivery",
    "xinqiao-enterprise-statement+jws": "answer",
    "xinqiao-receipt+jws": "delivery",
}
_SIGNED = {
    None: None,
    "given": "given",
    "in the file": "文件中的公钥，未与已知公钥核对 the one in the file, compared with none: give --agency-key",
}
_NONE_LEFT_OUT = (
    "证明所列查询确有其事、内容未改，并与导出的全部日志对照：在所列条件和这一页之内，签发至文件检查点时没有遗漏。"
    "Proves that these questions were put and are unchanged and, against the whole exported log, that within this "
    "filter and page, up to the file's checkpoint, there are no others."
)
_IN_THE_FILE = "文件中的签署人公钥，未与已知公钥核对 the ones in the file, compared with none"


def verify(
    file: Annotated[
        Path,
        typer.Argument(help="应答、证明或 JWS An answer, a proof, or a JWS, as a file.", exists=True, dir_okay=False),
    ],
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
    export: Annotated[
        Path | None,
        typer.Option(
            help="全部日志的导出，据以证明没有遗漏 The exported log: proves that a file of questions leaves none out.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """离线验证 Check a proof or a signed statement against keys kept earlier; needs no database and no network."""
    import orjson

    from audit.errors import AuditError
    from gateway.runtime.errors import GatewayError
    from signing.errors import SignatureError

    try:
        raw, held = file.read_bytes(), orjson.loads(keys.read_bytes())
        vkey = log_key.read_text() if log_key else str(held["audit"])
        told = _check(raw, held, vkey, log_key, agency_key, export)
    except SignatureError as fault:
        fail(f"验签不通过 does not verify: {fault}")
    except (AuditError, GatewayError) as fault:
        fail(str(fault))
    except (ValueError, KeyError, TypeError, AttributeError):
        fail(
            f"{file} 不是应答、证明或 JWS，或已损坏 the file is no answer, proof or JWS, or it is damaged"
            if _is_keys(keys)
            else f"{keys} 不是公钥文件：应是 /.well-known/xinqiao-keys 或 `xinqiao keys show` 的内容 "
            "this is no key file: it should be what /.well-known/xinqiao-keys or `xinqiao keys show` says"
        )
    show(as_json, {"有效 valid": True, **told})


def _is_keys(path: Path) -> bool:
    """Tell whether a file holds the instance's public keys."""
    import orjson

    try:
        held = orjson.loads(path.read_bytes())
    except ValueError:
        return False
    return isinstance(held, dict) and {"audit", "answer"} <= held.keys()


def _check(
    raw: bytes, held: dict[str, Any], vkey: str, log_key: Path | None, agency_key: Path | None, export: Path | None
) -> dict[str, object]:
    """Return what a file says once it was checked as what it means to be."""
    import orjson

    from audit.entry_proof import TLOG_PROOF, is_entry_proof, verify_entry_proof, verify_tlog_proof
    from gateway.questions.file import is_questions_file
    from gateway.records.proof_check import is_proof

    content = raw.decode().strip()
    if content.startswith(TLOG_PROOF):
        return _entry("tlog-proof", *verify_tlog_proof(raw.decode(), vkey))
    given = orjson.loads(content) if content.startswith("{") else {"answer": content}
    if is_questions_file(given):
        return _questions(raw, held, vkey, export)
    if export is not None:
        fail("只有查询的证据文件与导出对照 only a file of questions is held against an export")
    if is_entry_proof(given):
        return _entry("entry-proof", *verify_entry_proof(given, vkey))
    if is_proof(given):
        return _record(raw, held, vkey, agency_key, logged=log_key is not None)
    return _statement(given, held)


def _statement(given: dict[str, Any], held: dict[str, Any]) -> dict[str, object]:
    from signing.jws import type_of, verify_jws

    statement = str(given.get("answer") or given.get("statement") or "")
    typ = type_of(statement)
    if typ not in TYPES:
        fail(f"不认识的签名类型 unknown type of statement {typ!r}")
    payload = verify_jws(statement, [held[TYPES[typ]]], typ)
    changed = [name for name, value in given.items() if name in payload and payload[name] != value]
    if changed:
        fail(f"签名之外的内容被改动 differs from what was signed: {', '.join(changed)}")
    unsigned = sorted(set(given) - set(payload) - {"answer", "statement"})
    if "answer" in given and unsigned:
        fail(f"有未签名的内容 holds what was never signed: {', '.join(unsigned)}")
    beside = {"未签名 not signed": ", ".join(unsigned)} if unsigned else {}
    return {"类型 type": typ, **payload, **beside}


def _record(raw: bytes, held: dict[str, Any], vkey: str, agency_key: Path | None, *, logged: bool) -> dict[str, object]:
    import orjson

    from gateway.records.proof_check import verify_proof

    known = orjson.loads(agency_key.read_bytes()) if agency_key else None
    proved = verify_proof(raw, held["batch"], vkey, known, logged=logged)
    return {
        "类型 type": "record-proof",
        "记录 record": proved.record,
        "批次 statement": proved.statement,
        "部门签名 agency signature by key": _SIGNED[proved.signed_by],
        "审计条目 entry": proved.log,
    }


def _entry(kind: str, proved: Any, checkpoint: Any) -> dict[str, object]:  # noqa: ANN401 - audit's, loaded when needed
    return {
        "类型 type": kind,
        "审计条目 entry": f"{checkpoint.origin} {proved.index}/{checkpoint.size}",
        "叶子 leaf": proved.leaf,
        "内容 payload": proved.payload,
    }


def _questions(raw: bytes, held: dict[str, Any], vkey: str, export: Path | None) -> dict[str, object]:
    from gateway.questions.check import verify_questions

    proved = verify_questions(raw, held, vkey)
    told = proved.statement
    complete = _complete(proved, vkey, export) if export else {"没有遗漏 complete": "未证明 not proved: --export"}
    return {
        "类型 type": "questions-proof",
        "企业 about": told["about"]["uscc"] or told["about"]["codes"],
        "条件 filter": told["filter"],
        "查询 questions": len(told["questions"]),
        "结果 outcomes": proved.outcomes,
        "授权 consents": len(told["consents"]),
        "签署公钥 approvals by keys": _IN_THE_FILE if told["consents"] else None,
        "审计条目 entries": f"{len(proved.ids)}, {proved.checkpoint.origin} {proved.checkpoint.size}",
        "尚未证明 unproved": proved.unproved,
        "内容已删除 erased": proved.erased,
        "仅由日志担保的回执 receipts vouched by log": proved.vouched,
        "另有 next": told["next"],
        "出具 issued": f"{told['iss']} {told['asked_at']}",
        **complete,
        **({} if export else {"证明什么 proves": told["proves"]}),
    }


def _complete(proved: Any, vkey: str, export: Path) -> dict[str, object]:  # noqa: ANN401 - as above
    from audit.verifier import verify_log
    from gateway.evidence.progress import progress_bar
    from gateway.questions.completeness import verify_complete

    with progress_bar("核验导出 verifying the export") as progress:
        report = verify_log(export, vkey, [proved.note], progress)
    compared = verify_complete(export, report.checkpoint.size, proved)
    return {
        "没有遗漏 complete": True,
        "证明什么 proves": _NONE_LEFT_OUT,
        "日志中的查询 questions in log": compared.questions,
        "无从判断的条目 unread": compared.unread,
    }
