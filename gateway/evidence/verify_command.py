"""`xinqiao audit verify`: the check an auditor runs anywhere, without database, network or web server."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.output import AsJson, fail, show


def verify(
    folder: Annotated[Path, typer.Argument(help="导出的目录 An exported log.", exists=True, file_okay=False)],
    key: Annotated[str, typer.Option(help="日志公钥或其文件 The log's public key, or a file that holds it.")],
    kept: Annotated[
        list[Path] | None,
        typer.Option(
            help="以前保存的检查点 Checkpoints kept earlier; repeat for several.", exists=True, dir_okay=False
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """离线核验 Verify an exported log offline: signature, entries, tiles, and that it extends what was kept."""
    from audit.errors import AuditError, NoteError
    from audit.note import note_text, parse_key, verify_checkpoint
    from audit.verifier import verify_log
    from gateway.evidence.check import EvidenceError, verify_rows
    from gateway.evidence.progress import progress_bar
    from gateway.evidence.unseen import VERIFY

    vkey = Path(key).read_text(errors="replace") if "+" not in key and Path(key).is_file() else key
    notes = [path.read_bytes() for path in kept or []]
    try:
        parse_key(vkey)
    except NoteError:
        fail(
            f"{key} 不是日志公钥：应是 `xinqiao audit key` 的输出 "
            "this is no log key: it should be what `xinqiao audit key` says"
        )
    for path, note in zip(kept or [], notes, strict=True):
        try:
            verify_checkpoint(note_text(note), vkey)
        except NoteError as fault:
            fail(f"{path} 不是此日志签名的检查点 this is no checkpoint signed by this log: {fault}")
    try:
        with progress_bar("核验 verifying") as progress:
            report = verify_log(folder, vkey, notes, progress)
        rows = verify_rows(folder, report.checkpoint.size)
    except (AuditError, EvidenceError) as fault:
        fail(f"核验不通过 NOT verified: {fault}")
    show(
        as_json,
        {
            "日志 log": report.checkpoint.origin,
            "条目 entries": report.checkpoint.size,
            "根 root": report.checkpoint.root.hex(),
            "业务数据 rows": rows.counts if as_json else ", ".join(f"{k} {v}" for k, v in rows.counts.items()),
            "较早事件未写明的列 not compared": rows.older,
            "尚未签名的条目 unsigned": rows.unsigned,
            "包含旧检查点 earlier checkpoints": len(report.kept),
            "事件类型 types": report.types if as_json else ", ".join(f"{k} {v}" for k, v in report.types.items()),
            "看不到 cannot see": VERIFY if as_json else "\n".join(VERIFY.values()),
            "结论 verdict": "verified" if as_json else "核验通过 verified",
        },
    )
