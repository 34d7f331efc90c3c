"""The console's parts: locked without an address, whole, what the manifest says, and shipped in the wheel."""

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "scripts"))
import assets_kept  # noqa: E402
import assets_node  # noqa: E402
import sbom_npm  # noqa: E402

FOLDER = ROOT / "gateway/console/assets"
MANIFEST = json.loads((FOLDER / "manifest.json").read_text())
LOCK = json.loads((ROOT / "package-lock.json").read_text())


def test_the_lock_file_holds_every_digest_and_no_address():
    assert not re.search(r"://|resolved", (ROOT / "package-lock.json").read_text())
    packages = {path: told for path, told in LOCK["packages"].items() if path}
    assert len(packages) > 30
    assert all(told["integrity"].startswith("sha512-") for told in packages.values())


def test_what_is_wanted_is_named_exactly():
    wanted = json.loads((ROOT / "package.json").read_text())
    assert wanted["private"] is True
    for name, version in (wanted["dependencies"] | wanted["devDependencies"]).items():
        assert LOCK["packages"][f"node_modules/{name}"]["version"] == version


def test_every_file_is_what_the_manifest_says():
    assert set(MANIFEST["parts"]) == {
        "tabler.css", "htmx.js", "cytoscape.js", "swagger-ui.js", "swagger-ui.css", "echarts.js", "icons.svg"
    }  # fmt: skip
    for told in MANIFEST["parts"].values():
        content = (FOLDER / told["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == told["sha256"]
        assert told["sha256"][:12] in told["file"]
        assert gzip.decompress((FOLDER / f"{told['file']}.gz").read_bytes()) == content
        assert told["brotli"] < told["gzip"] < told["bytes"] == len(content)
        assert told["version"] == LOCK["packages"][f"node_modules/{told['package']}"]["version"]
        assert b"sourceMappingURL" not in content


def test_the_licence_of_every_part_lies_beside_it():
    texts = {name: (FOLDER / name).read_text() for name in MANIFEST["licences"]}
    assert set(texts) == {
        f"{re.sub('[^a-z]+', '-', one['package']).strip('-')}.txt" for one in MANIFEST["parts"].values()
    }
    assert all("without" in text.lower() for text in texts.values())  # each disclaims warranties
    assert "The Tabler Authors" in texts["tabler-core.txt"]
    assert "Baidu" in texts["echarts.txt"]
    notice = (ROOT / "NOTICE").read_text()
    for holder in ("Tabler", "htmx", "ECharts", "zrender", "Cytoscape", "Swagger UI"):
        assert holder in notice


def test_every_icon_of_the_list_is_drawn_under_its_name():
    drawn = (FOLDER / MANIFEST["parts"]["icons.svg"]["file"]).read_text()
    symbols = dict(re.findall(r'<symbol id="([\w-]+)"[^>]*>(.*?)</symbol>', drawn))
    assert list(symbols) == (ROOT / "gateway/console/icons.txt").read_text().split()
    assert all(re.fullmatch(r"(<\w+ [^<>]+/>)+", lines) for lines in symbols.values())


@pytest.fixture
def copy(tmp_path):
    return Path(shutil.copytree(FOLDER, tmp_path / "assets"))


@pytest.mark.parametrize("damage", ["none", "other sources", "a file gone", "a file cut", "a byte changed"])
def test_a_folder_that_is_not_whole_is_made_anew(copy, damage):
    made_from = MANIFEST["made_from"]
    path = copy / MANIFEST["parts"]["htmx.js"]["file"]
    if damage == "other sources":
        made_from = "0" * 64
    elif damage == "a file gone":
        Path(f"{path}.gz").unlink()
    elif damage == "a file cut":
        Path(f"{path}.br").write_bytes(b"")
    elif damage == "a byte changed":
        path.write_bytes(path.read_bytes()[:-1] + b" ")
    assert assets_kept.is_whole(copy, made_from) is (damage == "none")


def test_a_whole_folder_is_left_alone_and_nothing_is_fetched():
    before = {path: path.stat().st_mtime_ns for path in FOLDER.iterdir() if path.name != "manifest.json"}
    env = {"PATH": "/nowhere"}  # neither npm nor anything else
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/assets.py"], env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    assert before == {path: path.stat().st_mtime_ns for path in before}


@pytest.mark.parametrize(
    ("told", "meaning"),
    [
        ("npm error code ENOTFOUND\nnpm error network request failed", "No npm registry answers"),
        ("npm error code ECONNREFUSED", "无法访问 npm 软件源"),
        ("npm error code SELF_SIGNED_CERT_IN_CHAIN", "NODE_EXTRA_CA_CERTS"),
        ("npm error code EINTEGRITY\nnpm error sha512-… integrity checksum failed", "differs from what the lock"),
        ("npm error code E404", "软件源中没有锁定的版本"),
        ("npm error code ENOSPC\nnpm error syscall write", "磁盘空间不足"),
        ("npm error code EACCES", "npm_config_cache"),
        ("something new", "npm failed"),
    ],
)
def test_what_npm_says_is_told_in_both_languages(told, meaning):
    said = assets_node.meaning_of(told)
    assert meaning in said
    assert re.search("[一-鿿]", said)
    assert told.splitlines()[0] in said


def test_without_a_registry_the_run_ends_with_a_reason_and_leaves_what_was_there(tmp_path):
    for name in ("scripts", "package.json", "package-lock.json", ".npmrc"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    console = tmp_path / "gateway/console"
    console.mkdir(parents=True)
    shutil.copy(ROOT / "gateway/console/icons.txt", console)
    with (console / "icons.txt").open("a") as icons:
        icons.write("no-such-icon\n")
    shutil.copytree(FOLDER, console / "assets")
    npm = tmp_path / "bin"
    npm.mkdir()
    (npm / "npm").write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo 10.0.0 && exit\necho npm error code ENOTFOUND >&2\nexit 1\n'
    )
    (npm / "node").write_text("#!/bin/sh\n")
    for program in npm.iterdir():
        program.chmod(0o755)
    done = subprocess.run(
        [sys.executable, tmp_path / "scripts/assets.py"], env={"PATH": f"{npm}:/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "No npm registry answers" in done.stderr
    assert "Traceback" not in done.stderr
    assert assets_kept.is_whole(console / "assets", MANIFEST["made_from"])


def test_the_bill_of_materials_names_what_comes_from_the_registry():
    served = {one["package"] for one in MANIFEST["parts"].values()} | {"zrender", "tslib"}
    told = {one["name"]: one for one in sbom_npm.npm_components(LOCK, served)}
    assert told["@tabler/core"]["purl"] == "pkg:npm/%40tabler/core@1.6.1"
    assert {name for name, one in told.items() if one["scope"] == "required"} == served
    assert told["axe-core"]["scope"] == "excluded"
    assert all(re.fullmatch("[0-9a-f]{128}", one["hashes"][0]["content"]) for one in told.values())
    assert all(one["licenses"][0]["expression"] for one in told.values())


def test_the_wheel_holds_every_part(tmp_path):
    command = ["-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run([sys.executable, *command], cwd=ROOT, check=True, capture_output=True)
    names = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    wanted = {f"gateway/console/assets/{path.name}" for path in FOLDER.iterdir()}
    assert wanted <= names
    assert not any("axe" in name for name in names)
