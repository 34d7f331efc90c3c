"""What can go wrong in the bottom layer."""


class SigningError(Exception):
    """Something signed, sealed or canonical is not as it must be."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class CanonicalError(SigningError):
    """The value has no canonical JSON form (RFC 8785)."""


class SignatureError(SigningError):
    """The signature does not verify."""


class MerkleError(SigningError):
    """The Merkle proof does not lead to the root."""


class SealError(SigningError):
    """The sealed bytes do not open under this key and context."""


class KeyFileError(SigningError):
    """The key file cannot be read as a private key."""
