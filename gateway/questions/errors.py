"""What can be wrong with a file that is to prove questions."""

from gateway.runtime.errors import GatewayError


class QuestionsProofError(GatewayError):
    """The file proves nothing; the text says which step failed."""
