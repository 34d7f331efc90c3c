"""Spark started by spark-submit, on this machine or on a cluster, and watched until its job ends."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from scoring_adapter.columns.place import Access
from scoring_adapter.errors import EngineError

JOB = Path(__file__).with_name("spark_job.py")
ENDS_WITHIN = 20  # seconds
TOLD_LINES = 6


@dataclass(frozen=True)
class Spark:
    """How Spark is started. `submit` is spark-submit, found where it is not named; `settings` win over our own."""

    submit: str = ""
    master: str = "local[*]"
    memory: str = "2g"
    settings: Mapping[str, str] = field(default_factory=dict)
    at_once: int = 4


def start(
    spark: Spark, job: str, settings: Mapping[str, str], access: Access | None, tell: Callable[[str], None]
) -> None:
    """Run a job to its end; `tell` hears the name of each query that is done. Raises EngineError."""
    program = _program(spark)
    told = {"spark.log.level": "WARN", **settings, **_s3(access), **spark.settings}
    command = [program, "--master", spark.master, "--driver-memory", spark.memory]
    command += [word for name, value in told.items() for word in ("--conf", f"{name}={value}")]
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            [*command, str(JOB), job], stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True,
            env=_environment(program, access),
        ) as running,
    ):  # fmt: skip
        try:
            said = _listen(running, tell)
        except BaseException:
            _end(running)
            raise
        if running.wait():
            errors.seek(0)
            raise EngineError(f"Spark 失败 Spark failed ({running.returncode}): {_last_lines([*errors, *said])}")


def _program(spark: Spark) -> str:
    beside = Path(sys.executable).with_name("spark-submit")
    program = spark.submit or shutil.which("spark-submit") or (str(beside) if beside.exists() else "")
    if not program or not shutil.which(program):
        raise EngineError("没有 spark-submit there is no spark-submit：pip install 'xinqiao[cluster]'")
    if not os.environ.get("JAVA_HOME") and not shutil.which("java"):
        raise EngineError("没有 Java there is no Java：Spark 需要 Java 17 Spark runs on Java 17")
    return program


def _environment(program: str, access: Access | None) -> dict[str, str]:
    """The key of the object store is in the environment, where Spark looks for it, and never on a command line."""
    told, python = dict(os.environ), Path(program).with_name("python")
    if python.exists():
        told |= {"PYSPARK_PYTHON": str(python)}
    if access and access.key_id:
        told |= {"AWS_ACCESS_KEY_ID": access.key_id, "AWS_SECRET_ACCESS_KEY": access.secret}
    return told


def _s3(access: Access | None) -> dict[str, str]:
    if access is None:
        return {}
    told = {"spark.hadoop.fs.s3a.endpoint.region": access.region}
    if access.endpoint:
        told |= {"spark.hadoop.fs.s3a.endpoint": access.endpoint, "spark.hadoop.fs.s3a.path.style.access": "true"}
    return told


def _listen(running: subprocess.Popen[str], tell: Callable[[str], None]) -> Iterable[str]:
    """Tell of each query, until there is nothing more to read; return the last of whatever else is said there."""
    said = deque[str](maxlen=200)
    for line in running.stdout or ():
        try:
            tell(json.loads(line)["done"])
        except (ValueError, TypeError, KeyError):
            said.append(line)
    return said


def _end(running: subprocess.Popen[str]) -> None:
    """End Spark and what it started."""
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGTERM)
    try:
        running.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)


def _last_lines(said: Iterable[str]) -> str:
    """The lines that name what happened, else the last ones; not where in the program."""
    lines = [line.strip() for line in said if line.strip() and not line.lstrip().startswith(("at ", "File "))]
    spoken = [line for line in lines if "Exception" in line or "Error" in line]
    return "\n".join((spoken or lines)[-TOLD_LINES:])
