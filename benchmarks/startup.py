"""What starting costs, as shares of what importing the libraries costs in any program that uses them.

python benchmarks/startup.py [rounds]. CPU (user and system) of whole processes, slices interleaved, after one round
that only writes the bytecode. "service" is what `serve` imports, and the application built; reading the catalogue and
opening the database are not in it.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

LIBRARIES = "import fastapi, sqlmodel, psycopg, httpx, joserfc"
PROGRAMS = {
    "libraries": ("-c", LIBRARIES),
    "service": (
        "-c",
        "import uvicorn, uvloop, gateway.web.http_protocol; from gateway.app import create_app; create_app()",
    ),
    "gateway.app": ("-c", "import gateway.app"),
    "--help": ("-m", "gateway", "--help"),
}


def cpu_seconds(arguments: tuple[str, ...], env: dict[str, str]) -> float:
    """Run a program to its end and return the CPU it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-W", "ignore", *arguments], env=env, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the least and the median of each, and their ratios to the libraries."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory(prefix="xinqiao-bench-") as home:
        # Bytecode goes to a place of its own: whether the checkout has some must not decide the figures.
        env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        env |= {"XINQIAO_HOME": home, "PYTHONPYCACHEPREFIX": str(Path(home) / "bytecode")}
        for arguments in PROGRAMS.values():
            cpu_seconds(arguments, env)
        taken: dict[str, list[float]] = {name: [] for name in PROGRAMS}
        for _ in range(rounds):
            for name, arguments in PROGRAMS.items():
                taken[name].append(cpu_seconds(arguments, env))
    least, median = min(taken["libraries"]), statistics.median(taken["libraries"])
    for name, seconds in taken.items():
        print(
            f"{name:12} {min(seconds):.2f} s least, {statistics.median(seconds):.2f} s median; of the libraries "
            f"{min(seconds) / least:.2f}, {statistics.median(seconds) / median:.2f}"
        )


if __name__ == "__main__":
    main()
