"""What a session was opened with, in two words out of the User-Agent; nothing else of it is kept. Pure."""

# The first that stands in the field; others name themselves after Chrome and Safari, so these come last.
_BROWSERS = (
    ("MicroMessenger", "wechat"), ("Edg", "edge"), ("OPR/", "opera"), ("QQBrowser", "qq"), ("360", "qihoo"),
    ("Firefox/", "firefox"), ("FxiOS", "firefox"), ("Chrome/", "chrome"), ("CriOS", "chrome"), ("Safari/", "safari"),
)  # fmt: skip
_SYSTEMS = (
    ("OpenHarmony", "harmony"), ("HarmonyOS", "harmony"), ("Android", "android"), ("iPhone", "iphone"),
    ("iPad", "ipad"), ("Windows", "windows"), ("Mac OS X", "mac"), ("Linux", "linux"),
)  # fmt: skip
BROWSERS = frozenset(word for _, word in _BROWSERS) | {"other"}
SYSTEMS = frozenset(word for _, word in _SYSTEMS) | {"other"}


def describe(user_agent: str) -> str:
    """Return browser and system as two words of BROWSERS and SYSTEMS, "other" where none is known."""
    return f"{_first(_BROWSERS, user_agent)} {_first(_SYSTEMS, user_agent)}"


def _first(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((word for sign, word in known if sign in user_agent), "other")
