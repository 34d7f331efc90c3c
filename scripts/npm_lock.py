"""`make lock`, the npm part: package-lock.json holds versions and digests, and no address."""

import json
import subprocess
from pathlib import Path

from assets_node import find_node

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Resolve package.json anew and take out where authors ask for donations, the last addresses in it."""
    npm = [*find_node().npm, "install", "--package-lock-only"]
    (ROOT / "package-lock.json").unlink(missing_ok=True)
    subprocess.run(npm, cwd=ROOT, check=True)
    lock = ROOT / "package-lock.json"
    told = json.loads(lock.read_text("utf-8"))
    for package in told["packages"].values():
        package.pop("funding", None)
    lock.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
