"""Where nothing is sent: addresses that are not public, however they are written, and names that stand for one."""

from ipaddress import ip_address, ip_network

import httpx
import pytest

from gateway.runtime.denial import DeniedError
from gateway.webhooks.addresses import LONGEST_URL, ForbiddenAddressError, check_url, is_permitted, pinned, resolve

PUBLIC, HERE = "https://credit.example", "http://127.0.0.1:8000"
INSIDE = (
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "127.0.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
    "2002:a00:1::", "192.0.2.1", "198.18.0.1", "240.0.0.1",
)  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_nothing_is_sent_to_an_address_inside(address):
    assert not is_permitted(ip_address(address), ())
    shown = f"[{address}]" if ":" in address else address
    with pytest.raises(DeniedError) as fault:
        check_url(f"https://{shown}/hook", PUBLIC, ())
    assert fault.value.denial.reason == "invalid-webhook"


def test_public_addresses_and_allowed_networks_are_sent_to():
    assert is_permitted(ip_address("223.5.5.5"), ())
    assert is_permitted(ip_address("2400:3200::1"), ())
    allowed = (ip_network("10.1.0.0/16"),)
    assert is_permitted(ip_address("10.1.2.3"), allowed)
    assert is_permitted(ip_address("::ffff:10.1.2.3"), allowed)
    assert not is_permitted(ip_address("10.2.2.3"), allowed)
    assert check_url("https://10.1.2.3:8443/hook", PUBLIC, allowed) == "https://10.1.2.3:8443/hook"


@pytest.mark.parametrize("url", [
    "http://hooks.example/", "ftp://hooks.example/", "https://", "https://u:p@hooks.example/", "hooks.example",
    "https://hooks.example/#a", "https://localhost/", "http://localhost/", "https://hooks.example:0/",
    "https://hooks.example/\r\nX: y", "https://银行.example/", "https://[::1", "https://hooks.example:99999/",
    "https://hooks.example/" + "x" * LONGEST_URL,
])  # fmt: skip
def test_what_is_no_https_address_is_refused(url):
    with pytest.raises(DeniedError):
        check_url(url, PUBLIC, ())


def test_an_address_may_be_so_long_and_no_longer():
    whole = "https://hooks.example/".ljust(LONGEST_URL, "x")
    assert check_url(whole, PUBLIC, ()) == whole
    with pytest.raises(DeniedError):
        check_url(f"{whole}x", PUBLIC, ())


def test_this_machine_is_sent_to_by_an_instance_in_development_alone():
    assert check_url("http://127.0.0.1:9/hook", HERE, ()) == "http://127.0.0.1:9/hook"
    with pytest.raises(DeniedError):
        check_url("http://hooks.example/hook", HERE, ())


async def test_a_name_that_stands_for_an_address_inside_is_not_followed():
    with pytest.raises(ForbiddenAddressError):
        await resolve(httpx.URL("https://localhost/hook"), PUBLIC, ())
    assert await resolve(httpx.URL("http://127.0.0.1:9/hook"), HERE, ()) == "127.0.0.1"


def test_the_connection_goes_to_the_address_that_was_looked_at_and_asks_for_the_name():
    target, headers, extensions = pinned(httpx.URL("https://hooks.example:8443/a?b=c"), "223.5.5.5")
    assert str(target) == "https://223.5.5.5:8443/a?b=c"
    assert headers == {"Host": "hooks.example:8443"}
    assert extensions == {"sni_hostname": "hooks.example"}
