"""The components of the bill of materials that come from the npm registry, read from the lock file."""

import base64
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote

PREFIX = "node_modules/"


def npm_components(lock: Mapping[str, Any], served: Collection[str]) -> Iterator[dict[str, Any]]:
    """Yield a component for each package of package-lock.json.

    `served` are those whose code the console serves; the others, for the build and tests, have the scope "excluded".
    Left out are binaries of esbuild for other kinds of machine.
    """
    for path, told in sorted(lock["packages"].items()):
        if path.startswith(PREFIX) and not told.get("optional"):
            name = path.removeprefix(PREFIX)
            purl = f"pkg:npm/{quote(name, safe='/')}@{told['version']}"
            digest = base64.b64decode(told["integrity"].removeprefix("sha512-")).hex()
            yield {
                "type": "library", "bom-ref": purl, "name": name, "version": told["version"], "purl": purl,
                "hashes": [{"alg": "SHA-512", "content": digest}], "licenses": [{"expression": told["license"]}],
                "scope": "required" if name in served else "excluded",
            }  # fmt: skip
