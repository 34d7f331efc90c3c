"""A site or an app has one key, however its address is written; what is neither has none."""

import pytest

from risk_monitor.site_keys import STORES, find_site_key, kind_of, readable


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("example.com", "example.com"),
        ("https://WWW.Example.com:8443/login?from=a#b", "example.com"),
        ("http://user@p2p.example.com.", "p2p.example.com"),
        ("www.com", "www.com"),
        ("www.www.com", "www.com"),
        ("  example.com  ", "example.com"),
        ("例子.测试", "xn--fsqu00a.xn--0zwm56d"),
        ("ｅｘａｍｐｌｅ．ｃｏｍ", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("苹果:id414478124", "apple:414478124"),
        ("App Store：414478124", "apple:414478124"),
        ("华为:com.Example.app_1", "huawei:com.Example.app_1"),
        ("应用宝: com.example.app", "tencent:com.example.app"),
    ],
)
def test_every_spelling_comes_to_one_key(said, key):
    assert find_site_key(said) == find_site_key(key) == key


@pytest.mark.parametrize(
    "said",
    [None, "", "P-1", "localhost", "10.0.0.1", "http://", "a b.com", "-x.com", "甲财富", "apple:com.example",
     "apple:12345", "huawei:example", "steam:com.example.app", "huawei:" + "a." * 130 + "b", "x" * 64 + ".com",
     "a..com", "https://[::1]/", "a\x00.com", "\ud800.com", "\ud800"],
)  # fmt: skip
def test_what_is_neither_has_no_key(said):
    assert find_site_key(said) is None


@pytest.mark.parametrize(("length", "there"), [(252, True), (253, True), (254, False)])
def test_a_host_is_as_long_as_a_host_may_be(length, there):
    host = ("a" * 61 + ".") * 3 + "a" * (length - 186 - 6 - 1) + "." + "b" * 6
    assert len(host) == length
    assert (find_site_key(host) == host) is there


@pytest.mark.parametrize(
    ("key", "shown"),
    [("xn--fsqu00a.xn--0zwm56d", "例子.测试"), ("example.com", "example.com"), ("apple:414478124", "apple:414478124"),
     ("xn--ls8h.la", "xn--ls8h.la")],
)  # fmt: skip
def test_a_site_is_shown_in_its_own_letters(key, shown):
    assert readable(key) == shown


def test_a_key_tells_its_kind_and_no_store_is_written_in_two_ways():
    assert (kind_of("example.com"), kind_of("apple:414478124")) == ("site", "app")
    names = [name for store, others in STORES.items() for name in (store, *others)]
    assert len(set(names)) == len(names)
