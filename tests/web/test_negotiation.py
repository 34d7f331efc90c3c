"""What a caller takes, as RFC 9110 has it."""

import pytest

from gateway.web.negotiation import chosen_encoding, has_version

OFFERED = ["br", "gzip", "identity"]


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("", "identity"),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate", "gzip"),
        ("deflate", "identity"),
        ("GZIP", "gzip"),
        ("*", "br"),
        ("br;q=0, *", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br ; q=0.8 , gzip;q=0.8", "br"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0.000, br;q=0", "identity"),
        ("identity;q=1, gzip;q=0.5", "identity"),
        ("identity;q=0.5, gzip;q=0.9", "gzip"),
        ("identity;q=0, br;q=0", "identity"),
        ("gzip;q=much, br;q=2", "identity"),
        (",, ;q=1,gzip", "gzip"),
        ("brotli, gzipped", "identity"),
    ],
)
def test_the_encoding_a_caller_likes_best_is_chosen(accepted, chosen):
    assert chosen_encoding(accepted, OFFERED) == chosen


def test_what_is_offered_bounds_the_choice():
    assert chosen_encoding("br, gzip;q=0.1", ["gzip", "identity"]) == "gzip"
    assert chosen_encoding("br", []) == "identity"


@pytest.mark.parametrize(
    ("header", "has"),
    [
        ("", False),
        ("*", True),
        ('"a-br"', True),
        ('W/"a-br"', True),
        ('"b", "a-br" , "c"', True),
        ('"a-gzip"', False),
        ("a-br", False),
        ('"a-br', False),
    ],
)
def test_a_version_the_caller_names_is_one_it_has(header, has):
    assert has_version(header, '"a-br"') is has
