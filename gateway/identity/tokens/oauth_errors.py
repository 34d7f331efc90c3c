"""Errors that Authlib has no class for: those of the extensions, those told in both languages, a stopped client."""

from authlib.oauth2.rfc6749 import InvalidClientError, OAuth2Error

from gateway.web.error_table import ERRORS


class InvalidProofError(OAuth2Error):  # type: ignore[misc]  # Authlib has no types
    """No proof of possession, or none that holds (RFC 9449 5)."""

    error = "invalid_dpop_proof"


class UseNonceError(OAuth2Error):  # type: ignore[misc]  # Authlib has no types
    """The proof lacks our nonce (RFC 9449 8)."""

    error = "use_dpop_nonce"


class InvalidTargetError(OAuth2Error):  # type: ignore[misc]  # Authlib has no types
    """A token was asked for another service (RFC 8707 2)."""

    error = "invalid_target"


class UnprovedClientError(InvalidClientError):  # type: ignore[misc]  # Authlib has no types
    """A client that has not proved who it is: error_description is ASCII, `detail` says it in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(description=en)
        self._detail = f"{zh}{en}"

    def get_body(self) -> list[tuple[str, str]]:
        """Return the members of the answer."""
        return [*super().get_body(), ("detail", self._detail)]


class StoppedClientError(OAuth2Error):  # type: ignore[misc]  # Authlib has no types
    """A client that proved its key, and that or whose institution may not act now.

    RFC 6749 5.2 has no nearer error for a client that is authenticated. error_description is ASCII there: `detail` and
    `remedy` say the same in both languages, as a problem does, and error_uri is the page about it.
    """

    error = "unauthorized_client"

    def __init__(self, issuer: str, reason: str) -> None:
        row = ERRORS[reason]
        super().__init__(f"{row.title_en} {row.remedy_en}")
        self._shown = [("error_uri", f"{issuer}/problems/{reason}"), ("detail", row.title), ("remedy", row.remedy)]

    def get_body(self) -> list[tuple[str, str]]:
        """Return the members of the answer."""
        return [*super().get_body(), *self._shown]
