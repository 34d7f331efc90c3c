"""Help: the words of the program and what each means."""

from fastapi import Request
from fastapi.responses import Response

from gateway.console.glossary import terms
from gateway.console.render import page
from gateway.console.words import language_of
from gateway.people.guard import Visitor
from gateway.web.router import Router

router = Router(prefix="/console", include_in_schema=False)


@router.get("/help")
async def show(request: Request, visitor: Visitor) -> Response:
    """Show the glossary; a word's anchor leads to its entry. Anybody may read it."""
    return page(request, "help", visitor, terms=terms(language_of(request)))
