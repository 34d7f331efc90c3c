"""A product has one name: on pages, in lists, and in the text that an enterprise signs (consent/terms.py)."""

import pytest

from consent.terms import PRODUCTS as SIGNED
from gateway.consents.words import PRODUCTS_EN
from gateway.console.words import words_in
from gateway.quota.products import PRODUCTS


@pytest.mark.parametrize("code", PRODUCTS)
def test_every_place_calls_a_product_the_same(code):
    zh, en = (words_in(language)(f"product-{code}") for language in ("zh", "en"))
    assert {zh} == {PRODUCTS[code].title_zh, SIGNED.get(code, zh)}
    assert {en.lower()} == {PRODUCTS[code].title_en, PRODUCTS_EN.get(code, en.lower())}
