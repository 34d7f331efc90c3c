"""People of enterprises who answer at the console, in tests that call the use case without a page."""

from uuid import UUID

from gateway.consents.at_console import Answer, approve_at_console, reject_at_console, show_terms
from gateway.consents.life import get_consent
from gateway.consents.shown import digest_of, statement_text
from gateway.runtime.actor import Actor
from tests.enterprises import uscc


def acting_for(person: str, number: int) -> Actor:
    """The person, as acting for enterprise `number`."""
    return Actor(f"person:{person}", "signatory", subject=uscc(number), person=f"person:{person}")


async def answer_to(story, consent, owner, **more):
    """What a person sends who was shown the request as it is now, and the text that was shown."""
    async with story.gateway.units.begin("test.show", owner) as work:
        lines = await show_terms(work, (await get_consent(work, UUID(consent["consent"]))).terms, "zh")
    return Answer(digest_of(lines), "zh", **{"address": "10.1.1.1", **more}), statement_text(lines)


async def approve(story, consent, owner, code):
    """Approve with a code."""
    said, _ = await answer_to(story, consent, owner, code=code)
    person = owner.name.removeprefix("person:")
    return await approve_at_console(story.gateway.units, owner, person, UUID(consent["consent"]), said)


async def reject(story, consent, owner, reason="没有申请过"):
    """Reject, and say why."""
    said, _ = await answer_to(story, consent, owner, reason=reason)
    async with story.gateway.units.begin("test.reject", owner) as work:
        return await reject_at_console(work, UUID(consent["consent"]), said)
