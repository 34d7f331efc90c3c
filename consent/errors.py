"""What can go wrong with a consent."""


class ConsentError(Exception):
    """The consent cannot be made or changed as asked."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class TermsError(ConsentError):
    """The terms are not ones a consent may have; the message names the member."""


class ApprovalError(ConsentError):
    """The approval is not one of the signatory over exactly these terms."""


class TemplateError(ConsentError):
    """The template is not one there may be; the message names the member."""
