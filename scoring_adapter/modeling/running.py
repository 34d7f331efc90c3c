"""What is fitted in a process of its own, by a Python that has the libraries for it: arrays go in and out as files.

A job is a file by itself: FOLDER/ask.json and arrays are handed to it, and it writes FOLDER/fit.json and arrays.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring_adapter.errors import ModelError

MOST_SECONDS = 3600
LINES = 3


def run_job(
    program: str, job: Path, ask: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], wanted: Sequence[str]
) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    """Return what a job found, and the arrays of these names. Raises ModelError.

    `program` is the Python that runs it; "" is this one, if the libraries are there.
    """
    python = program or _own_python()
    with tempfile.TemporaryDirectory(prefix="xinqiao-fit-") as name:
        folder = Path(name)
        (folder / "ask.json").write_text(json.dumps(ask), "utf-8")
        for part, array in arrays.items():
            np.save(folder / f"{part}.npy", array)
        try:
            done = subprocess.run(
                [python, str(job), str(folder)], capture_output=True, text=True, check=False, timeout=MOST_SECONDS,
                env=os.environ | {"OMP_NUM_THREADS": "1"},  # on a busy machine threads wait for each other
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as fault:
            raise ModelError(f"拟合未完成 the fit did not end: {type(fault).__name__}") from fault
        if done.returncode:
            said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
            raise ModelError(f"拟合失败 the fit failed: {' '.join(said[-LINES:])}")
        found = json.loads((folder / "fit.json").read_text("utf-8"))
        return found, [np.load(folder / f"{part}.npy") for part in wanted]


def verify_replay(own: NDArray[np.int64], points: NDArray[np.int64], differs: NDArray[np.bool_]) -> None:
    """Raise ModelError where a row `differs`; said are the points that our own program and the job give the first."""
    differing = np.flatnonzero(differs)
    if len(differing):
        at = int(differing[0])
        raise ModelError(
            f"重算不符 the replay differs: {len(differing)} 行 rows, 首行 first {at + 1}: {own[at]} ≠ {points[at]}"
        )


def _own_python() -> str:
    if find_spec("optbinning") is None:
        raise ModelError("没有 optbinning there is no optbinning：pip install 'xinqiao[modeling]'，或 or --python")
    return sys.executable
