"""Where a code may be sent: an address that can mean one thing alone, to browsers and in a page's security policy."""

import re

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(
    rf"(?:https://(?:{_LABEL}\.)*{_LABEL}|http://(?:localhost|127\.0\.0\.1|\[::1\]))(?::[0-9]{{1,5}})?"
    r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?"
)
LONGEST = 500


def is_redirect_address(address: str) -> bool:
    """Tell whether codes may be sent there: https to a named host, or http to this machine; nothing of it a pattern.

    No user part, no fragment, no wildcard, nothing that RFC 3986 does not allow as it stands.
    """
    return len(address) <= LONGEST and _ADDRESS.fullmatch(address) is not None
