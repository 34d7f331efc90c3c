"""The limit of open files, against the connections that are to be let in: each of them is an open file."""

import resource

import structlog

from gateway.runtime.errors import GatewayError

OTHERS = 200  # the database's connections, logs, files on their way in, libraries
FEWEST = 16
_LOG = structlog.get_logger("gateway.open_files")


class TooFewFilesError(GatewayError):
    """The limit of open files is too low to serve."""


def fitting_connections(wanted: int) -> int:
    """Raise this process's own limit as far as it needs and may, and return how many connections fit below it.

    Raises TooFewFilesError where these are fewer than FEWEST.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + OTHERS
    if resource.RLIM_INFINITY != soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    fitting = wanted if soft == resource.RLIM_INFINITY else min(wanted, soft - OTHERS)
    if fitting < FEWEST:
        raise TooFewFilesError(
            f"打开文件数上限 {soft} 太低，至少需要 {OTHERS + FEWEST}（ulimit -n） "
            f"the limit of open files is {soft}, at least {OTHERS + FEWEST} are needed (ulimit -n)"
        )
    if fitting < wanted:
        _LOG.warning("fewer connections than set: raise ulimit -n", wanted=wanted, connections=fitting, files=soft)
    return fitting
