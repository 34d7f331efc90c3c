"""Style sheets, icons and scripts of the console, each under an address with its digest: what is kept is never stale.

Those of others lie in the folder `assets`, made by scripts/assets.py with a manifest. Our own small ones lie in
`static` and need no step before: all its style sheets are one, and what is served is made when first asked for.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gateway.runtime.errors import GatewayError

ROOM = Path(__file__).parent
PARTS = ROOM / "assets"
TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


class PartsMissingError(GatewayError):
    """控制台的前端部件未备好：请运行 `make assets` The console's parts are missing or not whole: run `make assets`."""


@dataclass(frozen=True)
class Asset:
    """A file as it is served: its name, the one with its digest, its content in each encoding, the liked ones first."""

    name: str
    hashed: str
    bodies: Mapping[str, bytes]

    @property
    def media_type(self) -> str:
        """What kind of content it is."""
        return TYPES[self.name.rpartition(".")[2]]


def asset(name: str) -> str:
    """Return the address of a file by its name, such as "console.css". Raises KeyError, PartsMissingError."""
    return f"/static/{assets()[name].hashed}"


def find_asset(name: str) -> Asset | None:
    """Return a file by the last part of its address: with its digest, or the plain name. Raises PartsMissingError."""
    return assets().get(name) or _by_digest().get(name)


@cache
def assets() -> Mapping[str, Asset]:
    """Return every file by its name. Raises PartsMissingError where those of others are not there whole."""
    return {one.name: one for one in (*_parts(), *_our_own())}


@cache
def _by_digest() -> Mapping[str, Asset]:
    return {one.hashed: one for one in assets().values()}


def _parts() -> Iterator[Asset]:
    try:
        manifest = json.loads((PARTS / "manifest.json").read_text("utf-8"))
        for name, told in manifest["parts"].items():
            path = PARTS / told["file"]
            bodies = {"br": Path(f"{path}.br"), "gzip": Path(f"{path}.gz"), "identity": path}
            yield Asset(name, path.name, {encoding: one.read_bytes() for encoding, one in bodies.items()})
    except (OSError, ValueError) as fault:
        raise PartsMissingError from fault


def _our_own() -> Iterator[Asset]:
    static = ROOM / "static"
    yield _made("console.css", b"\n".join(path.read_bytes() for path in sorted((static / "styles").glob("*.css"))))
    for path in [*sorted((static / "scripts").glob("*.js")), static / "icon.svg"]:
        yield _made(path.name, path.read_bytes())


def _made(name: str, content: bytes) -> Asset:
    stem, _, ending = name.rpartition(".")
    hashed = f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
    return Asset(name, hashed, {"gzip": gzip.compress(content, 9, mtime=0), "identity": content})
