"""Private set intersection, asked of openmined-psi in a process of its own (risk_monitor/psi_job.py).

The library asks for a protobuf of one version alone, and reads another organisation's bytes in C++: what goes wrong
there ends that process and nothing else.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gateway.runtime.denial import DeniedError
from risk_monitor import commitment

JOB = Path(commitment.__file__).with_name("psi_job.py")
MOST_SECONDS = 120
LARGEST_MESSAGE = 4 * 1024 * 1024  # 35 bytes a code: more than a hundred thousand of them
_NOT_AGREED = 3


async def run(python: str, ask: Mapping[str, Any]) -> dict[str, Any]:
    """Have one step computed by a Python that has the library, this one's own where none is named.

    Raises DeniedError where there is none, where it does not end, and where the other side's bytes are not sound.
    """
    program = python or (sys.executable if find_spec("private_set_intersection") else "")
    if not program:
        raise DeniedError("crosscheck-unavailable", "没有 openmined-psi There is no openmined-psi: XINQIAO_PSI_PYTHON")
    try:
        process = await asyncio.create_subprocess_exec(
            program, str(JOB), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
    except OSError as fault:
        raise DeniedError("crosscheck-unavailable", f"XINQIAO_PSI_PYTHON: {type(fault).__name__}") from fault
    try:
        made, said = await asyncio.wait_for(process.communicate(json.dumps(ask).encode()), MOST_SECONDS)
    except TimeoutError as fault:
        raise DeniedError("crosscheck-unavailable") from fault
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == _NOT_AGREED:
        raise DeniedError("crosscheck-message-invalid", f"message: {said.decode(errors='replace')}")
    if process.returncode:
        raise DeniedError("crosscheck-unavailable")
    answer: dict[str, Any] = json.loads(made)
    return answer
