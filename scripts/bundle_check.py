"""`make bundle-check`: install from the archive with the network closed, run the demonstration and a part of the tests.

As root in a network namespace of its own, where nothing but the machine itself can be reached. Elsewhere pip is
forbidden every index and all proxies lead to a closed port, which is weaker; the output says which it was.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

NAME = "xinqiao-bundle"
STEPS = (
    ("sha256sum", "--check", "--quiet", "SHA256SUMS"),
    ("make", "setup"),
    ("make", "demo"),
    ("make", "test", "T=tests/signing", "WORKERS=2"),
)
LOOPBACK_UP = """
import fcntl, os, socket, struct, sys
with socket.socket() as any_one:
    fcntl.ioctl(any_one, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: IFF_UP, IFF_RUNNING
os.execvp(sys.argv[1], sys.argv[1:])
"""


def main(archive: Path) -> None:
    """Run every step in a fresh folder. Raises CalledProcessError for the first that fails."""
    alone = [] if os.geteuid() else ["unshare", "--net", sys.executable, "-c", LOOPBACK_UP]
    print("网络已隔离 no network" if alone else "只禁止了软件仓库 not root: only indexes and proxies are closed")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # the embedded server's account goes through it
        subprocess.run(["tar", "xf", str(archive.resolve())], cwd=folder, check=True)
        closed = dict.fromkeys(("http_proxy", "https_proxy", "HTTPS_PROXY"), "http://127.0.0.1:9")
        env = {
            "PATH": os.environ["PATH"], "HOME": folder, "LC_ALL": "C.UTF-8", "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1", "no_proxy": "127.0.0.1,localhost", "DEMO_EXIT": "1",
            "XINQIAO_TEST_HOME": f"{folder}/test-home", **closed,
        }  # fmt: skip
        for step in STEPS:
            print("$", *step, flush=True)
            subprocess.run([*alone, *step], cwd=Path(folder) / NAME, env=env, check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
