"""Many rows read at once: the driver waits for all of them in a thread, without a turn of the loop for each piece."""

import asyncio
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus

_BINARY = 1


async def fetch(connection: psycopg.AsyncConnection, query: str, values: Sequence[str]) -> list[Any]:
    """Return a query's rows; its parameters are $1, $2, … and `values` are texts that it casts.

    The transaction has begun: what stands below the driver begins none. Nobody else may use the connection meanwhile,
    not even to close it: whoever is cancelled waits for the rows. Raises psycopg.Error.
    """
    async with connection.lock:
        if connection.info.transaction_status is TransactionStatus.IDLE:
            raise psycopg.ProgrammingError("no transaction has begun")
        work = asyncio.ensure_future(asyncio.to_thread(_fetch, connection, query, values))
        try:
            return await asyncio.shield(work)
        finally:
            await asyncio.wait([work])


def _fetch(connection: psycopg.AsyncConnection, query: str, values: Sequence[str]) -> list[Any]:
    sent = [value.encode() for value in values]
    result = connection.pgconn.exec_params(query.encode(), sent, result_format=_BINARY)
    if result.status != ExecStatus.TUPLES_OK:
        raise error_from_result(result)
    transformer = Transformer(connection)
    transformer.set_pgresult(result)
    return transformer.load_rows(0, result.ntuples, tuple)
