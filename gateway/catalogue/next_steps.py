"""What is to be done after a draft or a trial: how a mapping is completed, and how the refused rows are had."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from connectors.conversion.binding_errors import MissingColumnsError
from connectors.decoding.headless import NoHeaderError
from connectors.errors import ConnectorError


def without_advice(fault: ConnectorError) -> str:
    """Say why a file is refused to somebody who has drafted a mapping already: not that one should be drafted."""
    if isinstance(fault, MissingColumnsError) and not isinstance(fault, NoHeaderError):
        return f"缺少列 missing columns: {'、'.join(sorted(fault.missing))}"
    return str(fault)


def what_to_do(
    fault: ConnectorError, file: Path, dataset: str, mapping: Path | None, lacking: Sequence[str] = ()
) -> str:
    """Say how a mapping that lacks columns of its file is completed and tried again; "" of any other fault."""
    if not isinstance(fault, MissingColumnsError):
        return ""
    kept, fields = mapping or "mapping.yaml", f": {' '.join(lacking)}" if lacking else ""
    keep = f"加 --output {kept} 存下草稿 keep the draft with --output {kept}"
    add = f"在 {kept} 的 fields: 下为每个缺少的字段补一行 add a line for each field that lacks its column{fields}"
    paste = (
        "可粘贴的行见“待定”；处处相同而文件中没有的，写 字段: {value: 值} lines to paste stand under “to decide”; "
        "what is the same in every row and in no column is field: {value: …}"
    )
    again = f"再试 try it again: xinqiao agency check {file} {dataset} --mapping {kept}"
    steps = [*([] if mapping else [keep]), add, paste, again]
    return "".join(f"\n  {number}. {step}" for number, step in enumerate(steps, start=1))


def refused_rows(file: Path, dataset: str, mapping: Path | None, rejected: Path | None) -> str:
    """Say where the refused rows were written to, or how they are."""
    if rejected:
        return (
            f"问题数据已写入 refused rows written to {rejected}；试报不存数据：改正后把它当作普通文件提交，前五列不读 "
            "a trial stores nothing: corrected, hand it in as any file; its first five columns are not read"
        )
    again = ["xinqiao", "agency", "check", str(file), dataset, *(["--mapping", str(mapping)] if mapping else [])]
    return f"写出全部问题数据 to write all refused rows: {shlex.join([*again, '--rejected', 'refused.xlsx'])}"
