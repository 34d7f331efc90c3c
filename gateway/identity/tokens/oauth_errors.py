"""Errors of the extensions that Authlib has no class for."""

from authlib.oauth2.rfc6749 import OAuth2Error


class InvalidProofError(OAuth2Error):  # type: ignore[misc]  # Authlib has no types
    """No proof of possession, or none that holds (RFC 9449 5)."""

    error = "invalid_dpop_proof"


class UseNonceError(OAuth2Error):  # type: ignore[misc]  # Authlib has no types
    """The proof lacks our nonce (RFC 9449 8)."""

    error = "use_dpop_nonce"


class InvalidTargetError(OAuth2Error):  # type: ignore[misc]  # Authlib has no types
    """A token was asked for another service (RFC 8707 2)."""

    error = "invalid_target"
