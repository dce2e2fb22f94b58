"""The base of every refusal: a rule that was broken, named, with a stable code.

Channels and the portal translate codes to words once, at their edge; the message here is for logs and staff tools
and never holds personal data.
"""


class DomainError(Exception):
    """A rule refused the request. Nothing was changed.

    `code` is stable: HTTP answers, metrics and borrower texts key on it. `field` names the input at fault, if one is.
    """

    code: str = "refused"

    def __init__(self, message: str = "", *, field: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or self.code).strip().splitlines()[0])
        self.field = field

    @property
    def message(self) -> str:
        """The sentence that says what was wrong and what is allowed."""
        return str(self)


class InvalidInput(DomainError):
    """A value is outside what is allowed; `field` says which."""

    code = "invalid_input"


class NotFound(DomainError):
    """There is no such thing, or not for this actor: the two are told apart nowhere."""

    code = "not_found"


class Conflict(DomainError):
    """Somebody else changed it first, or the same key came with other content."""

    code = "conflict"
