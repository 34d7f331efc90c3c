"""Client of a Xinqiao gateway: a bank asks, an agency pushes, an enterprise permits."""

from xinqiao_client.auth import XinqiaoAuth
from xinqiao_client.client import Xinqiao
from xinqiao_client.credentials import CredentialError, present, verify
from xinqiao_client.enterprise import Enterprise, TermsDifferError
from xinqiao_client.errors import (
    BadRequestError,
    ConflictError,
    DeniedError,
    FieldError,
    LoginError,
    NotFoundError,
    ProblemError,
    QuotaUsedUpError,
    RateLimitedError,
    StoppedError,
    UnavailableError,
    UnreachableError,
    XinqiaoError,
    read_problem,
)
from xinqiao_client.keys import create_key, load_key, sign_answer
from xinqiao_client.officer import Officer
from xinqiao_client.permits import PermitError, Permits

__all__ = [
    "BadRequestError", "ConflictError", "CredentialError", "DeniedError", "Enterprise", "FieldError", "LoginError",
    "NotFoundError", "Officer", "PermitError", "Permits", "ProblemError", "QuotaUsedUpError", "RateLimitedError",
    "StoppedError", "TermsDifferError", "UnavailableError", "UnreachableError", "Xinqiao", "XinqiaoAuth",
    "XinqiaoError", "create_key", "load_key", "present", "read_problem", "sign_answer", "verify",
]  # fmt: skip
