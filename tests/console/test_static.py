"""The files of the console over HTTP: under a digest for good, compressed as asked for, nothing else."""

import gzip
import hashlib
import re

import pytest

from gateway.console import assets
from gateway.console.assets import PartsMissingError, asset

PLAIN = {"Accept-Encoding": "identity"}


@pytest.mark.parametrize("name", ["tabler.css", "console.css", "htmx.js", "uploads.js", "icons.svg", "icon.svg"])
async def test_a_file_is_kept_for_good_under_its_digest(client, name):
    address = asset(name)
    got = await client.get(address, headers=PLAIN)
    assert got.status_code == 200
    digest = re.fullmatch(rf"/static/{name.rpartition('.')[0]}-([0-9a-f]{{12}})\.\w+", address)[1]
    assert hashlib.sha256(got.content).hexdigest().startswith(digest)
    assert got.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["vary"] == "Accept-Encoding"
    kind = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}[name.rpartition(".")[2]]
    assert got.headers["content-type"].startswith(kind)
    assert "content-encoding" not in got.headers


async def test_a_file_comes_as_the_caller_takes_it(client):
    plain = await client.get(asset("tabler.css"), headers=PLAIN)
    lengths, tags = {}, {plain.headers["etag"]}
    for encoding in ("br", "gzip"):
        async with client.stream("GET", asset("tabler.css"), headers={"Accept-Encoding": encoding}) as got:
            raw = b"".join([piece async for piece in got.aiter_raw()])
            assert got.headers["content-encoding"] == encoding
            assert int(got.headers["content-length"]) == len(raw)
            tags.add(got.headers["etag"])
            lengths[encoding] = len(raw)
            if encoding == "gzip":
                assert gzip.decompress(raw) == plain.content
    assert lengths["br"] < lengths["gzip"] < len(plain.content) / 5
    assert len(tags) == 3  # one representation is not taken for another


async def test_our_own_small_files_are_compressed_too(client):
    got = await client.get(asset("console.css"), headers={"Accept-Encoding": "br, gzip"})
    assert got.headers["content-encoding"] == "gzip"
    assert got.text.encode() == (await client.get(asset("console.css"), headers=PLAIN)).content


async def test_the_head_alone_is_that_of_the_whole(client):
    whole = await client.get(asset("htmx.js"), headers=PLAIN)
    head = await client.head(asset("htmx.js"), headers=PLAIN)
    assert head.content == b""
    told = ("content-length", "content-type", "etag", "cache-control", "vary")
    assert [head.headers[name] for name in told] == [whole.headers[name] for name in told]


async def test_what_the_caller_has_is_not_sent_again(client):
    first = await client.get(asset("htmx.js"), headers=PLAIN)
    for method in (client.get, client.head):
        again = await method(asset("htmx.js"), headers={**PLAIN, "If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    other = {"Accept-Encoding": "br", "If-None-Match": first.headers["etag"]}
    assert (await client.get(asset("htmx.js"), headers=other)).status_code == 200


async def test_under_its_plain_name_a_file_is_compared_each_time(client):
    got = await client.get("/static/console.css", headers=PLAIN)
    assert got.headers["cache-control"] == "no-cache"
    again = await client.get("/static/console.css", headers={**PLAIN, "If-None-Match": got.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "nothing.css", "manifest.json", "tabler-core.txt", "tabler-000000000000.css", "tabler.css.br", "assets.py",
        "..%2fassets.py", "..%2f..%2f..%2fpyproject.toml", "%2e%2e/assets.py", "%2fetc%2fpasswd", "..\\assets.py",
        "styles/console.css", "console.css%00", "",
    ],
)  # fmt: skip
async def test_nothing_else_is_there(client, path):
    answer = await client.get(f"/static/{path}")
    assert answer.status_code == (400 if "%00" in path else 404)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("damage", ["gone", "cut", "without a file"])
def test_half_a_set_of_parts_is_none(tmp_path, monkeypatch, damage):
    for path in assets.PARTS.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    if damage == "gone":
        (tmp_path / "manifest.json").unlink()
    elif damage == "cut":
        (tmp_path / "manifest.json").write_bytes(b'{"made_from": "')
    else:
        next(tmp_path.glob("tabler-*.css.br")).unlink()
    monkeypatch.setattr(assets, "PARTS", tmp_path)
    assets.assets.cache_clear()
    try:
        with pytest.raises(PartsMissingError, match="make assets"):
            asset("console.css")
    finally:
        assets.assets.cache_clear()
