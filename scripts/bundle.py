"""`make bundle`: one archive from which a machine without any registry installs, runs and tests Xinqiao.

It holds the sources, every wheel of the lock files for this system and Python, our own, SHA256SUMS and the SBOM. On the
other machine `make setup` finds the folder `wheels` and installs from there alone.
"""

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from sbom import normalised, sbom_of

ROOT = Path(__file__).parents[1]
NAME = "xinqiao-bundle"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


def main(target: Path) -> None:
    """Make the archive in a folder."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target) as building:
        folder = Path(building) / NAME
        copy_sources(folder)
        collect_wheels(folder / "wheels")
        needed = [normalised(name) for name in PINNED.findall((ROOT / "requirements.lock").read_text())]
        made_at = _said("git", "log", "-1", "--format=%cd", "--date=format-local:%Y-%m-%dT%H:%M:%SZ")
        bom = sbom_of(folder / "wheels", "xinqiao", made_at, needed)
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
