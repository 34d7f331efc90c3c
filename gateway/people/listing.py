"""Answering with a table: its page, with the views the visitor keeps of it, or the file they asked for."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from gateway.console.export import TYPES, export_table
from gateway.console.render import PageError, page
from gateway.console.table import MOST_EXPORTED, Table
from gateway.console.words import words_of
from gateway.people.acting import acting
from gateway.people.saved_views import find_views
from gateway.people.sessions import Present
from gateway.runtime.work import UnitsOfWork


async def show_table(
    request: Request,
    units: UnitsOfWork,
    present: Present,
    template: str,
    table: Table,
    **context: Any,  # noqa: ANN401 - what the template shows
) -> Response:
    """Return a page whose template shows `table` and `views`; or its rows as a file, which the log is told of.

    Raises PageError where a file would hold too many rows.
    """
    if table.query.exporting:
        return await _file(request, units, present, table)
    async with units.begin("views.find", acting(present)) as work:
        views = await find_views(work, present.person_id, table.spec.name)
    return page(request, template, present, table=table, views=views, **context)


async def _file(request: Request, units: UnitsOfWork, present: Present, table: Table) -> Response:
    if len(table.rows) > MOST_EXPORTED:
        raise PageError("table-too-long", 413)
    form, name = table.query.exporting, table.spec.name
    content = export_table(table, words_of(request))
    set_filters = sorted(key for key, value in table.query.filters.items() if value)
    payload = {"table": name, "rows": len(table.rows), "form": form, "filters": set_filters}
    async with units.begin("console.export", acting(present)) as work:
        await work.record("console.exported", payload, outcome="exported")
    return Response(
        content, media_type=TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}.{form}"', "Cache-Control": "no-store"},
    )  # fmt: skip
