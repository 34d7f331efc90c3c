"""Charges one inquiry, as it is admitted in the tests of the quota."""

from gateway.quota.ledger import post_all, read_books


async def post(session, wanted, day, event_id):
    books = await read_books(session, [wanted], day)
    await post_all(session, [(books.take(wanted), event_id)], day)
