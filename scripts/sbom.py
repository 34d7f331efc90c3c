"""The software bill of materials, as CycloneDX 1.6 JSON: what is shipped, and under what licence.

What is said of wheels is read from them; sbom_npm.py describes the rest. https://cyclonedx.org/docs/1.6/json/
"""

import hashlib
import uuid
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any


def sbom_of(
    wheels: Path, name: str, made_at: str, needed: Sequence[str], others: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Describe every wheel of a folder; `name` is the distribution it is all for, `needed` those it needs to run.

    Further wheels (for development and tests) have the scope "excluded"; `others` are components that are no wheels.
    Raises StopIteration where `name` is not there.
    """
    components = [_component(path) for path in sorted(wheels.glob("*.whl"))]
    for component in components:
        component["scope"] = "required" if component["name"] in needed else "excluded"
    main = next(one for one in components if one["name"] == name)
    components.remove(main)
    del main["scope"]
    components += others
    told = "\n".join(one["purl"] + one["hashes"][0]["content"] for one in [main, *components])
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, told)}",  # the same contents, the same number
        "version": 1,
        "metadata": {"timestamp": made_at, "component": {**main, "type": "application"}},
        "components": components,
    }


def normalised(name: str) -> str:
    """Return a distribution's name as a package URL writes it."""
    return name.lower().replace("_", "-").replace(".", "-")


def _component(wheel: Path) -> dict[str, Any]:
    told = _metadata(wheel)
    name, version = normalised(told["Name"]), told["Version"]
    purl = f"pkg:pypi/{name}@{version}"
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    licences = list(_licences(told))
    return {
        "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": digest}], **({"licenses": licences} if licences else {}),
    }  # fmt: skip


def _metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (path,) = (one for one in archive.namelist() if one.endswith(".dist-info/METADATA") and one.count("/") == 1)
        return message_from_bytes(archive.read(path))


def _licences(told: Message) -> Iterator[Mapping[str, Any]]:
    """Yield the SPDX expression where there is one, else the names that classifiers or the free text give."""
    classified = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier", []) if one.startswith("License ::")]
    if expression := told["License-Expression"]:
        yield {"expression": expression}
    elif classified:
        yield from ({"license": {"name": name}} for name in classified)
    elif free := (told["License"] or "").strip():
        yield {"license": {"name": free.splitlines()[0][:100]}}
