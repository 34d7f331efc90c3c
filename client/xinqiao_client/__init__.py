"""Client of a Xinqiao gateway: a bank asks, an agency pushes."""

from xinqiao_client.auth import XinqiaoAuth
from xinqiao_client.client import Xinqiao
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
from xinqiao_client.keys import create_key, load_key

__all__ = [
    "BadRequestError", "ConflictError", "DeniedError", "FieldError", "LoginError", "NotFoundError", "ProblemError",
    "QuotaUsedUpError", "RateLimitedError", "StoppedError", "UnavailableError", "UnreachableError", "Xinqiao",
    "XinqiaoAuth", "XinqiaoError", "create_key", "load_key", "read_problem",
]  # fmt: skip
