"""`make bundle`: one archive from which a machine without any registry installs, runs and tests Xinqiao.

It holds the sources, every wheel of the lock files for this system and Python, our own, the console's parts as made
here, SHA256SUMS and the SBOM. On the other machine `make setup` finds all of them and asks for nothing else.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from assets import AXE, FOLDER
from assets_kept import MANIFEST
from assets_parts import WITHIN
from sbom import normalised, sbom_of
from sbom_npm import npm_components

ROOT = Path(__file__).parents[1]
NAME = "xinqiao-bundle"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


def main(target: Path) -> None:
    """Make the archive in a folder."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target) as building:
        folder = Path(building) / NAME
        copy_sources(folder)
        copy_parts(folder)
        collect_wheels(folder / "wheels")
        needed = [normalised(name) for name in PINNED.findall((ROOT / "requirements.lock").read_text())]
        made_at = _said("git", "log", "-1", "--format=%cd", "--date=format-local:%Y-%m-%dT%H:%M:%SZ")
        bom = sbom_of(folder / "wheels", "xinqiao", made_at, needed, of_others())
        (folder / "sbom.cdx.json").write_text(json.dumps(bom, indent=2) + "\n")
        (folder / "SHA256SUMS").write_text(sums_of(folder))
        archive = target / f"{NAME}.tar"
        with tarfile.open(archive, "w") as packed:  # wheels are compressed already
            packed.add(folder, NAME)
    print(f"{archive}: {archive.stat().st_size / 1e6:.0f} MB，{len(bom['components']) + 1} 个软件包 packages")


def copy_sources(folder: Path) -> None:
    """Copy what git keeps, as it is committed."""
    folder.mkdir()
    with tempfile.TemporaryFile() as archive:
        subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, stdout=archive, check=True)
        archive.seek(0)
        with tarfile.open(fileobj=archive) as packed:
            packed.extractall(folder, filter="data")


def copy_parts(folder: Path) -> None:
    """Copy what git does not keep: the console's parts."""
    shutil.copytree(FOLDER, folder / FOLDER.relative_to(ROOT))
    shutil.copy(AXE, folder / AXE.relative_to(ROOT))


def of_others() -> list[dict[str, Any]]:
    """Return the components that come from the npm registry."""
    packages = {told["package"] for told in json.loads((FOLDER / MANIFEST).read_text("utf-8"))["parts"].values()}
    served = packages.union(*(WITHIN.get(one, ()) for one in packages))
    return [*npm_components(json.loads((ROOT / "package-lock.json").read_text("utf-8")), served)]


def collect_wheels(wheels: Path) -> None:
    """Fetch the wheels that the lock file names, each compared with its hash, and build our own."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    locked = ["--require-hashes", "--no-deps", "--only-binary=:all:", "-r", str(ROOT / "requirements-dev.lock")]
    subprocess.run([*pip, "download", *locked, "--dest", str(wheels)], check=True)
    own = ["--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT)]
    subprocess.run([*pip, "wheel", *own], check=True)


def sums_of(folder: Path) -> str:
    """Return a line for each file, as sha256sum reads them."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n" for path in paths)


def _said(*command: str) -> str:
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, env={"TZ": "UTC", "PATH": "/usr/bin:/bin"}
    )
    return done.stdout.strip()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
