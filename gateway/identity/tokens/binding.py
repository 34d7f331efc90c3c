"""What a token is bound to (RFC 7800 cnf): the key of DPoP proofs, or the certificate of the connection."""

from dataclasses import dataclass

from starlette.requests import Request

from gateway.identity.clients.peer import PeerError, certificate_thumbprint
from gateway.identity.tokens.dpop import Proof, ProofError, read_proof
from gateway.identity.tokens.nonces import Nonces
from gateway.runtime.settings import Settings


class NonceNeededError(Exception):
    """The proof is sound and lacks a nonce of ours."""


class BindingError(Exception):
    """There is no proof of possession, or it is not one."""


@dataclass(frozen=True)
class Binding:
    """The confirmation a token carries or must match, the scheme it goes with, and the proof where there is one."""

    method: str  # "jkt" (RFC 9449 6.1) or "x5t#S256" (RFC 8705 3.1)
    thumbprint: str
    proof: Proof | None = None

    @property
    def cnf(self) -> dict[str, str]:
        """The claim of the token."""
        return {self.method: self.thumbprint}

    @property
    def token_type(self) -> str:
        """The scheme the token is sent with."""
        return "DPoP" if self.method == "jkt" else "Bearer"


def read_binding(request: Request, settings: Settings, nonces: Nonces, now: float, token: str | None = None) -> Binding:
    """Return what the caller proves to hold. Raises BindingError, NonceNeededError."""
    proofs = request.headers.getlist("dpop")
    if len(proofs) > 1:
        raise BindingError("Send one DPoP header.")
    if proofs:
        try:
            url = settings.issuer + request.scope["path"]
            proof = read_proof(proofs[0], method=request.method, url=url, now=now, token=token)
        except ProofError as fault:
            raise BindingError(f"DPoP: {fault}.") from fault
        if settings.dpop_nonce and not nonces.good(proof.nonce, now):
            raise NonceNeededError("Sign the proof again, with the nonce of the DPoP-Nonce header.")
        return Binding("jkt", proof.thumbprint, proof)
    try:
        thumbprint = certificate_thumbprint(request, settings)
    except PeerError as fault:
        raise BindingError(f"{fault}.") from fault
    if thumbprint is None:
        raise BindingError("Send a DPoP proof (RFC 9449), or connect with a client certificate.")
    return Binding("x5t#S256", thumbprint)
