"""What can go wrong in the bottom layer."""


class SigningError(Exception):
    """Something signed, sealed or canonical is not as it must be."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class CanonicalError(SigningError):
    """The value has no canonical JSON form (RFC 8785)."""


class SignatureError(SigningError):
    """签名不成立 The signature does not verify."""


class MerkleError(SigningError):
    """证明与根不符 The Merkle proof does not lead to the root."""


class SealError(SigningError):
    """密文无法解开 The sealed bytes do not open under this key and context."""


class KeyFileError(SigningError):
    """无法读出私钥 The key file cannot be read as a private key."""
