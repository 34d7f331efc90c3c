"""Texts folded together come out as each by itself, whatever stands in them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scoring_adapter.tags.declaration import Column, Source
from scoring_adapter.tags.extract import Extractor
from scoring_adapter.tags.folding import fold, fold_many, key_of, keys_of

PIECES = st.sampled_from(
    ["〔", "】", "（", " ", "\u3000", "\x1c", "\0", "\x1f", "é", "\u0301", "ß", "ﬁ", "가", "ᄀ", "ᅡ", "号"]
)
TEXTS = st.lists(st.text(PIECES | st.characters(exclude_categories=("Cs",)), max_size=8), max_size=6)


@given(TEXTS)
@example(["e", "\u0301"])
@example(["ᄀ", "ᅡ"])
@example(["a\0b", "c"])
@example([])
def test_many_texts_are_folded_as_each_of_them(texts):
    assert fold_many(texts) == list(map(fold, texts))


@given(st.lists(st.tuples(st.text(PIECES, max_size=4), st.text(PIECES, max_size=4)), max_size=6))
def test_many_keys_are_made_as_each_of_them(rows):
    assert keys_of(rows) == [key_of(*row) for row in rows]


@given(st.lists(st.tuples(*[st.none() | st.text(PIECES, max_size=3)] * 2), max_size=8))
def test_a_column_of_keys_is_what_each_record_says(rows):
    read = Extractor("one", Source(columns={"x": Column("key", prefix="p", also=("y",))}))
    each = [read.row({"x": x, "y": y})[0] for x, y in rows]
    assert read.of_many({"x": [x for x, _ in rows], "y": [y for _, y in rows]}) == [each]


@pytest.mark.parametrize("other", [5, ["a"], True])
def test_a_key_of_what_is_no_text_is_refused_among_many_too(other):
    with pytest.raises(TypeError):
        keys_of([("a",), (other,)])
