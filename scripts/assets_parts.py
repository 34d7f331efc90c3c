"""What is kept of the packages: a file as it is, ECharts built of the parts we use, the icons we show as one file."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assets_node import AssetsError

ROOT = Path(__file__).parents[1]
ICONS = ROOT / "gateway/console/icons.txt"
FILES = (
    ("tabler.css", "@tabler/core", "dist/css/tabler.min.css"),
    ("htmx.js", "htmx.org", "dist/htmx.min.js"),
    ("cytoscape.js", "cytoscape", "dist/cytoscape.min.js"),
    ("swagger-ui.js", "swagger-ui-dist", "swagger-ui-bundle.js"),
    ("swagger-ui.css", "swagger-ui-dist", "swagger-ui.css"),
)
# Whose code a part holds beside its own package's.
WITHIN = {"echarts": ("zrender", "tslib")}
SOURCE_MAP = re.compile(rb"\s*(?://|/\*)# sourceMappingURL=\S+(?:\s*\*/)?\s*$")
DRAWN = 'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'


@dataclass(frozen=True)
class Part:
    """A file to serve, and the package it comes from."""

    name: str
    content: bytes
    package: str
    version: str
    licence: str


def parts_of(modules: Path) -> Iterator[Part]:
    """Yield every part, made from installed packages. Raises AssetsError where one does not hold what it should."""
    for name, package, path in FILES:
        yield _part(name, package, SOURCE_MAP.sub(b"", _content(modules / package / path)) + b"\n", modules)
    yield _part("echarts.js", "echarts", built(modules), modules)
    yield _part("icons.svg", "@tabler/icons", sprite(modules, ICONS.read_text("utf-8").split()), modules)


def licences_of(modules: Path) -> dict[str, str]:
    """Return for each package that is served the licence texts and notices it brings, and those of what it holds."""
    packages = [*dict.fromkeys([*(package for _, package, _ in FILES), "echarts", "@tabler/icons"])]
    texts = {one: "\n".join(_texts(modules, one)) for one in packages}
    # Its package brings no text of its own: the head of its style sheet names the holders, the text is its sister's.
    head = re.search(r"/\*!.*?\*/", _content(modules / "@tabler/core/dist/css/tabler.min.css").decode(), re.DOTALL)
    texts["@tabler/core"] = f"{head[0] if head else ''}\n\n{texts['@tabler/icons']}"
    return texts


def built(modules: Path) -> bytes:
    """Return ECharts as one script. esbuild's own binary is called: its wrapper wants Node.js on the path."""
    binary = next((modules / "@esbuild").glob("*/bin/esbuild"), None)
    if binary is None:
        raise AssetsError("没有适合本机的 esbuild No esbuild for this kind of machine was installed.")
    options = ["--bundle", "--minify", "--format=iife", "--global-name=echarts", "--legal-comments=none"]
    entry = (ROOT / "scripts/echarts.js").read_bytes()
    done = subprocess.run([binary, *options], input=entry, cwd=modules.parent, capture_output=True, check=False)
    if done.returncode:
        raise AssetsError("esbuild 出错 esbuild failed:\n" + done.stderr.decode(errors="replace")[-600:])
    return done.stdout


def sprite(modules: Path, names: list[str]) -> bytes:
    """Return the icons as one SVG of symbols, each with its plain name for an id. Raises AssetsError for an unknown."""
    symbols = []
    for name in names:
        drawing = _content(modules / "@tabler/icons/icons/outline" / f"{name}.svg").decode()
        lines = "".join(line.strip() for line in drawing.splitlines() if re.match(r"\s*<(?!/?svg|path stroke)", line))
        symbols.append(f'<symbol id="{name}" {DRAWN}>{lines.replace(" />", "/>")}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'.encode()


def _part(name: str, package: str, content: bytes, modules: Path) -> Part:
    told = json.loads(_content(modules / package / "package.json"))
    return Part(name, content, package, told["version"], told["license"])


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise AssetsError(f"软件包中缺少文件 A package lacks a file: {path.name}")
    return path.read_bytes()


def _texts(modules: Path, package: str) -> Iterator[str]:
    for one in (package, *WITHIN.get(package, ())):
        yield f"== {one}\n"
        for path in sorted((modules / one).iterdir()):
            if (
                re.match(r"(?i)(licen[cs]e|notice|copyrightnotice)(\.|-|$)|.*\.license\.txt$", path.name)
                and path.suffix != ".mjs"
            ):
                yield path.read_text("utf-8")
