"""Paths and bundles of the published layout, as C2SP tlog-tiles writes them."""

import pytest

from audit.errors import ProofError
from audit.layout import number_path, read_bundle, tile_path, widths, write_bundle


@pytest.mark.parametrize(
    ("n", "path"),
    [
        (0, "000"),
        (7, "007"),
        (999, "999"),
        (1000, "x001/000"),
        (1001, "x001/001"),
        (999_999, "x999/999"),
        (1_000_000, "x001/x000/000"),
        (1_234_067, "x001/x234/067"),  # the example of the specification
    ],
)
def test_a_number_is_written_in_groups_of_three(n, path):
    assert number_path(n) == path


def test_a_tile_that_is_not_full_names_its_width():
    assert tile_path(0, 5, 256) == "tile/0/005"
    assert tile_path(1, 1234, 7) == "tile/1/x001/234.p/7"
    assert tile_path("entries", 0, 255) == "tile/entries/000.p/255"


@pytest.mark.parametrize(
    ("size", "level", "tiles"),
    [
        (0, 0, []),
        (1, 0, [(0, 1)]),
        (255, 0, [(0, 255)]),
        (256, 0, [(0, 256)]),
        (257, 0, [(0, 256), (1, 1)]),
        (600, 0, [(0, 256), (1, 256), (2, 88)]),
        (255, 1, []),
        (600, 1, [(0, 2)]),
        (65_536, 1, [(0, 256)]),
        (65_536, 2, [(0, 1)]),
    ],
)
def test_a_level_has_these_tiles(size, level, tiles):
    assert list(widths(size, level)) == tiles


def test_a_bundle_is_lengths_and_entries():
    bundle = write_bundle([b"ab", b"", b"x" * 258])
    assert bundle == b"\x00\x02ab" + b"\x00\x00" + b"\x01\x02" + b"x" * 258
    assert read_bundle(bundle, 3) == [b"ab", b"", b"x" * 258]
    assert read_bundle(write_bundle([b""]), 1) == [b""]
    longest = [b"x" * 40_000, b"y" * 65_535]
    assert read_bundle(write_bundle(longest), 2) == longest
    assert read_bundle(b"", 0) == []


@pytest.mark.parametrize(
    ("bundle", "width"),
    [
        (b"", 1),
        (b"\x00\x01a", 0),
        (b"\x00\x01a", 2),
        (b"\x00\x02a", 1),
        (b"\x00\x01a\x00", 1),
        (b"\x00\x01a\x00\x01", 2),
    ],
)
def test_a_bundle_with_more_fewer_or_half_entries_is_refused(bundle, width):
    with pytest.raises(ProofError, match="whole entries"):
        read_bundle(bundle, width)
