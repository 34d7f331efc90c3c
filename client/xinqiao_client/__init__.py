"""Client of a Xinqiao gateway: a bank asks, an agency pushes."""

from xinqiao_client.auth import LoginError, XinqiaoAuth
from xinqiao_client.client import ProblemError, Xinqiao
from xinqiao_client.keys import create_key, load_key

__all__ = ["LoginError", "ProblemError", "Xinqiao", "XinqiaoAuth", "create_key", "load_key"]
