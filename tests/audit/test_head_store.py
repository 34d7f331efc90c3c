"""The head store gives way to exactly one publisher: the one that knows the head that stands there."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from audit.errors import ForkError
from audit.head_store import Head, HeadStore

FIRST = Head("credit.example/audit", 3, b"\x01" * 32, "note of 3\n")
SECOND = Head("credit.example/audit", 5, b"\x02" * 32, "note of 5\n")
THIRD = Head("credit.example/audit", 7, b"\x03" * 32, "note of 7\n")


@pytest.fixture
def store(tmp_path):
    return HeadStore(tmp_path / "head")


def test_what_was_swapped_in_is_found_again_by_whoever_opens_the_store(store, tmp_path):
    assert store.find() is None
    store.swap(None, FIRST)
    store.swap(FIRST, SECOND)
    assert HeadStore(tmp_path / "head").find() == SECOND
    assert sorted(path.name for path in (tmp_path / "head").iterdir()) == ["head.json", "head.lock"]


def test_a_head_half_written_before_a_crash_is_not_the_head(store, tmp_path):
    store.swap(None, FIRST)
    (tmp_path / "head" / "head.new").write_text("half")
    assert store.find() == FIRST
    store.swap(FIRST, SECOND)
    assert store.find() == SECOND
    assert not (tmp_path / "head" / "head.new").exists()


@pytest.mark.parametrize(
    "expected",
    [
        None,
        FIRST,
        replace(SECOND, origin="other.example/audit"),
        replace(SECOND, size=4),
        replace(SECOND, root=b"\x09" * 32),
        replace(SECOND, note="another note of 5\n"),
    ],
)
def test_who_expects_another_head_swaps_nothing(store, expected):
    store.swap(None, FIRST)
    store.swap(FIRST, SECOND)
    with pytest.raises(ForkError, match="meanwhile"):
        store.swap(expected, THIRD)
    assert store.find() == SECOND


def test_who_expects_a_head_where_none_stands_swaps_nothing(store):
    with pytest.raises(ForkError, match="meanwhile"):
        store.swap(FIRST, SECOND)
    assert store.find() is None


@pytest.mark.parametrize("instead", [FIRST, None])
def test_a_lost_head_gives_way_to_an_older_one_and_is_kept(store, tmp_path, instead):
    store.swap(None, SECOND)
    before = (tmp_path / "head" / "head.json").read_bytes()
    kept = store.set_aside(SECOND, instead)
    assert (kept.read_bytes(), store.find()) == (before, instead)
    with pytest.raises(ForkError, match="meanwhile"):
        store.set_aside(SECOND, None)
    assert store.find() == instead


@pytest.mark.parametrize(("size", "taken"), [(4, False), (5, True), (6, True)])
def test_a_head_never_becomes_smaller(store, size, taken):
    store.swap(None, SECOND)
    new = replace(THIRD, size=size)
    if taken:
        store.swap(SECOND, new)
    else:
        with pytest.raises(ForkError, match="before the signed size"):
            store.swap(SECOND, new)
    assert store.find() == (new if taken else SECOND)


def test_of_many_publishers_at_once_one_swaps(store, tmp_path):
    store.swap(None, FIRST)
    heads = [replace(SECOND, note=f"note {n}\n") for n in range(8)]

    def swap(head):
        try:
            HeadStore(tmp_path / "head").swap(FIRST, head)
        except ForkError:
            return None
        return head

    with ThreadPoolExecutor(len(heads)) as pool:
        swapped = [head for head in pool.map(swap, heads) if head]
    assert swapped == [store.find()]
