"""The archive for machines without a registry: its bill of materials, its sums, and that it names no registry."""

import hashlib
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "scripts"))
import bundle  # noqa: E402
import sbom  # noqa: E402

WHEELS = {
    "xinqiao-0.1.0": "License-Expression: Apache-2.0\n",
    "Under_score-2.0": "Classifier: License :: OSI Approved :: MIT License\n",
    "dotted.name-3.1": "License: BSD-3-Clause\n",
    "silent-1": "",
}


@pytest.fixture
def folder(tmp_path):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for named, licence in WHEELS.items():
        name, version = named.split("-")
        with zipfile.ZipFile(wheels / f"{named}-py3-none-any.whl", "w") as archive:
            metadata = f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{licence}"
            archive.writestr(f"{named}.dist-info/METADATA", metadata)
    return tmp_path


def test_the_bill_of_materials_names_every_wheel_with_its_hash_licence_and_use(folder):
    bill = sbom.sbom_of(folder / "wheels", "xinqiao", "2026-01-01T00:00:00Z", ["under-score"])
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bill["serialNumber"])
    main = bill["metadata"]["component"]
    assert (main["type"], main["name"], main["licenses"]) == ("application", "xinqiao", [{"expression": "Apache-2.0"}])
    assert [(one["purl"], one["scope"], one.get("licenses")) for one in bill["components"]] == [
        ("pkg:pypi/under-score@2.0", "required", [{"license": {"name": "MIT License"}}]),
        ("pkg:pypi/dotted-name@3.1", "excluded", [{"license": {"name": "BSD-3-Clause"}}]),
        ("pkg:pypi/silent@1", "excluded", None),
    ]
    for one in [main, *bill["components"]]:
        assert {"type", "name", "version", "bom-ref", "hashes"} <= one.keys()
    references = [one["bom-ref"] for one in bill["components"]]
    assert len(references) == len(set(references))
    silent = (folder / "wheels/silent-1-py3-none-any.whl").read_bytes()
    assert bill["components"][2]["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(silent).hexdigest()}]


def test_a_changed_file_is_told_by_the_sums(folder):
    (folder / "SHA256SUMS").write_text(bundle.sums_of(folder))
    check = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
    assert subprocess.run(check, cwd=folder, check=False).returncode == 0
    with (folder / "wheels/silent-1-py3-none-any.whl").open("ab") as file:
        file.write(b"x")
    told = subprocess.run(check, cwd=folder, check=False, capture_output=True, text=True)
    assert told.returncode == 1
    assert "silent-1" in told.stdout


def test_where_wheels_lie_beside_the_makefile_nothing_else_is_asked(tmp_path):
    recipe = (ROOT / "Makefile").read_text()
    (tmp_path / "Makefile").write_text(recipe)
    (tmp_path / "requirements-dev.lock").touch()
    for name in ("pyproject.toml", "package.json", "package-lock.json", ".npmrc"):
        (tmp_path / name).touch()
    (tmp_path / "gateway/console").mkdir(parents=True)
    (tmp_path / "gateway/console/icons.txt").touch()
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts/echarts.js").touch()

    def setup():
        return subprocess.run(["make", "-n", "setup"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    assert "--no-index" not in setup()
    (tmp_path / "wheels").mkdir()
    assert "--no-index --find-links wheels --require-hashes" in setup()


def test_no_part_of_it_names_a_host():
    texts = [*(ROOT / "scripts").glob("*.py"), *ROOT.glob("requirements*.lock"), ROOT / "Makefile", ROOT / ".npmrc"]
    hosts = {host for path in texts for host in re.findall(r"https?://([\w.-]+)", path.read_text())}
    assert hosts <= {"127.0.0.1", "cyclonedx.org", "www.w3.org"}
