"""The folder of parts: every file with its digest in its name and compressed ahead, and a manifest written last.

Whoever reads goes by the manifest, which names files that are there whole: a killed run leaves the old one or none.
"""

import gzip
import hashlib
import json
import re
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from assets_node import AssetsError
from assets_parts import Part

MANIFEST = "manifest.json"
COMPRESS = """
const { brotliCompressSync: compress, constants: c } = require("zlib"), fs = require("fs");
for (const path of process.argv.slice(1)) {
  const content = fs.readFileSync(path);
  const params = { [c.BROTLI_PARAM_QUALITY]: 11, [c.BROTLI_PARAM_SIZE_HINT]: content.length };
  fs.writeFileSync(path + ".br", compress(content, { params }));
}
"""


def is_whole(folder: Path, made_from: str) -> bool:
    """Tell whether a folder holds every file of its manifest, and was made from this."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return manifest["made_from"] == made_from and all(_is_kept(folder, told) for told in manifest["parts"].values())


def keep(
    folder: Path, parts: Iterable[Part], licences: Mapping[str, str], made_from: str, node: tuple[str, ...]
) -> dict[str, Any]:
    """Write the parts and licence texts, then the manifest, and take away what it does not name; return it."""
    folder.mkdir(exist_ok=True)
    told = {part.name: _written(folder, part) for part in parts}
    paths = [str(folder / one["file"]) for one in told.values()]
    done = subprocess.run([*node, "-e", COMPRESS, *paths], capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssetsError("压缩出错 Compressing failed:\n" + done.stderr[-600:])
    for one in told.values():
        one["gzip"], one["brotli"] = ((folder / (one["file"] + end)).stat().st_size for end in (".gz", ".br"))
    texts = {f"{re.sub('[^a-z]+', '-', package).strip('-')}.txt": text for package, text in licences.items()}
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    manifest = {"made_from": made_from, "parts": told, "licences": sorted(texts)}
    new = folder / f"{MANIFEST}.new"
    new.write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    new.replace(folder / MANIFEST)
    named = {MANIFEST, *texts, *(one["file"] + end for one in told.values() for end in ("", ".gz", ".br"))}
    for path in folder.iterdir():
        if path.name not in named:
            path.unlink()
    return manifest


def _written(folder: Path, part: Part) -> dict[str, Any]:
    digest = hashlib.sha256(part.content).hexdigest()
    stem, _, ending = part.name.rpartition(".")
    name = f"{stem}-{digest[:12]}.{ending}"
    (folder / name).write_bytes(part.content)
    (folder / f"{name}.gz").write_bytes(gzip.compress(part.content, 9, mtime=0))
    return {
        "file": name, "package": part.package, "version": part.version, "licence": part.licence,
        "sha256": digest, "bytes": len(part.content),
    }  # fmt: skip


def _is_kept(folder: Path, told: Mapping[str, Any]) -> bool:
    path = folder / told["file"]
    sizes = {"": told["bytes"], ".gz": told["gzip"], ".br": told["brotli"]}
    if any(not (one := Path(f"{path}{end}")).is_file() or one.stat().st_size != size for end, size in sizes.items()):
        return False
    return hashlib.sha256(path.read_bytes()).hexdigest() == told["sha256"]
