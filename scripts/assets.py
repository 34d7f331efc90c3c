"""Make the folder of the console's parts: style sheet, icons and scripts of others, out of the npm registry.

They are served by us, without a network, from then on. Nothing is fetched where the folder is whole already.
"""

import errno
import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

from assets_kept import MANIFEST, is_whole, keep
from assets_node import AssetsError, find_node
from assets_parts import ICONS, licences_of, parts_of

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "gateway/console/assets"
WANTED = ("package.json", "package-lock.json", ".npmrc")
# Only tests need it: it lies with them, outside of what is shipped.
AXE = ROOT / "tests/browser/axe.min.js"


def main() -> None:
    """Make the folder, or leave it where it is whole. Ends the program with a message where it cannot be made."""
    made_from = digest_of([*(ROOT / name for name in WANTED), ICONS, *sorted((ROOT / "scripts").glob("assets*.py")),
                           ROOT / "scripts/echarts.js"])  # fmt: skip
    with_tests = (ROOT / "tests").is_dir()
    if is_whole(FOLDER, made_from) and (AXE.is_file() or not with_tests):
        (FOLDER / MANIFEST).touch()
        return
    print("Fetching the console's parts, about half a minute 正在取得控制台的前端部件，约半分钟", flush=True)
    try:
        make(made_from, with_tests=with_tests)
    except AssetsError as fault:
        sys.exit(f"控制台的前端部件未能备好 The console's parts could not be made: {fault}")
    except OSError as fault:
        if fault.errno != errno.ENOSPC:
            raise
        sys.exit("控制台的前端部件未能备好：磁盘空间不足 The console's parts could not be made: the disk is full.")


def make(made_from: str, *, with_tests: bool) -> None:
    """Fetch the packages into a folder of the moment and keep what is served. Raises AssetsError."""
    node = find_node()
    with tempfile.TemporaryDirectory(prefix="xinqiao-parts-") as folder:
        for name in WANTED:
            shutil.copy(ROOT / name, folder)
        node.install(Path(folder))
        modules = Path(folder, "node_modules")
        manifest = keep(FOLDER, parts_of(modules), licences_of(modules), made_from, node.node)
        if with_tests:
            AXE.parent.mkdir(exist_ok=True)
            shutil.copy(modules / "axe-core/axe.min.js", AXE)
    size = sum(one["brotli"] for one in manifest["parts"].values())
    print(f"{len(manifest['parts'])} parts, {size // 1000} kB compressed 个部件已备好，压缩后共 {size // 1000} kB")


def digest_of(paths: list[Path]) -> str:
    """Return the digest of what the folder is made from."""
    return hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in paths)).hexdigest()


if __name__ == "__main__":
    main()
