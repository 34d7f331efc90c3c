"""What a site or an app is known by, however its address is written: the key of the register of platforms. Pure.

A site is its host in the ASCII form of IDNA (UTS 46, RFC 5891), lower case, without scheme, port, path and a leading
www; an app is its store and its id there, "apple:414478124" or "huawei:com.example.app".
"""

import re
from collections.abc import Mapping

import idna

# The stores, and how else they are written before the colon.
STORES: Mapping[str, tuple[str, ...]] = {
    "apple": ("app store", "appstore", "ios", "苹果"), "huawei": ("华为",), "xiaomi": ("小米",), "oppo": ("欢太",),
    "vivo": ("维沃",), "tencent": ("应用宝", "腾讯"), "baidu": ("百度",), "360": ("奇虎",),
    "google": ("google play", "谷歌"),
}  # fmt: skip
MOST = 253  # characters of a host: RFC 1035, 2.3.4
_STORE_OF = {name: store for store, others in STORES.items() for name in (store, *others)}
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_APPLE_ID = re.compile(r"(?:id)?([0-9]{6,12})")
_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)+")
_PORT = re.compile(r":[0-9]+$")


def find_site_key(said: str | None) -> str | None:
    """Return the key of what an address says, None where it is neither a site nor an app of a store."""
    spelled = (said or "").strip().replace("：", ":")
    return _app(spelled) or _host(spelled)


def kind_of(key: str) -> str:
    """Return "app" or "site"."""
    return "app" if ":" in key else "site"


def readable(key: str) -> str:
    """Return a key as people write it: a site in its own letters."""
    try:
        return key if kind_of(key) == "app" else idna.decode(key)
    except idna.IDNAError:  # an older name that IDNA 2008 has no letters for
        return key


def _app(spelled: str) -> str | None:
    store, colon, number = spelled.partition(":")
    known = _STORE_OF.get(store.strip().lower()) if colon else None
    if known is None:
        return None
    found = _APPLE_ID.fullmatch(number.strip()) if known == "apple" else _PACKAGE.fullmatch(number.strip())
    if found is None or len(number) > MOST:
        return None
    return f"{known}:{found[1] if known == 'apple' else found[0]}"


def _host(spelled: str) -> str | None:
    rest = re.split(r"[/?#]", _SCHEME.sub("", spelled), maxsplit=1)[0].rpartition("@")[2]
    said = _PORT.sub("", rest).rstrip(".")
    if len(said) > MOST:
        return None
    try:
        host = idna.encode(said, uts46=True, std3_rules=True).decode("ascii").rstrip(".")
    except UnicodeError:  # IDNAError is one
        return None
    bare = host.removeprefix("www.")
    host = bare if "." in bare else host
    labels = host.split(".")
    return host if len(labels) > 1 and not labels[-1].isdigit() else None
