"""A joint answer of several providers: asked at once, and brought together as things stand when it is settled.

1. Ask the outside parts without a transaction; a part that fails takes nothing from the others.
2. In the transaction that settles it: a part that was suspended meanwhile has not answered; the embedded card, where it
   is a part, is computed there as it would be by itself.
3. Without a required part nothing is answered and nothing charged. Else the answer tells each part, with its own score
   and band or with its fault, and what the rule makes of those that gave a score. Where a part is missing it is marked
   as partial, and charged only where that is agreed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.inquiries.admission import Admission
from gateway.inquiries.answers import Part, Result, relayed_result
from gateway.inquiries.computing import compute_results
from gateway.inquiries.granting import limits_of
from gateway.inquiries.request import InquiryRequest
from gateway.runtime.work import UnitOfWork
from scoring_adapter.errors import ProviderError
from scoring_adapter.providers.joint import EMBEDDED, Joint, combine
from scoring_adapter.providers.mapping import RelayAnswer
from scoring_adapter.providers.together import Said, suspended
from signing.canonical import canonical_bytes, sha256_hex

INSUFFICIENT, SCORED, BESIDE = "insufficient-evidence", "scored", "beside"


@dataclass(frozen=True)
class Joined:
    """What the outside parts of a joint answer said, as it was asked for."""

    joint: Joint
    said: Sequence[Said]


async def bring_together(
    work: UnitOfWork, joined: Sequence[tuple[InquiryRequest, Admission, Joined]]
) -> list[Result | ProviderError]:
    """Return the joint answers of questions that were admitted again, or the fault of what one cannot be without."""
    with_card = [one for one in joined if any(part.provider == EMBEDDED for part in one[2].joint.terms.parts)]
    computed: dict[object, Result] = {}
    if with_card:
        now = with_card[0][1].now
        wanted = [
            (found.subject.subject_id, request.product, limits_of(found.grant, now)) for request, found, _ in with_card
        ]
        results = await compute_results(work.session, wanted, now, work.protector)
        computed = {
            request.inquiry_id: result for (request, *_), result in zip(with_card, results, strict=True)
        }  # fmt: skip
    return [_joint_result(each, found, computed.get(request.inquiry_id)) for request, found, each in joined]


def is_charged(result: Result) -> bool:
    """Tell whether an answer is charged: a joint one says so itself, any other is."""
    return bool(result.details.get("charged", True))


def _joint_result(joined: Joined, found: Admission, own: Result | None) -> Result | ProviderError:
    joint, serving = joined.joint, found.provider
    stopped = set(serving.missing()) if isinstance(serving, Joint) else set()
    said = {one.provider: suspended(one.provider) if one.provider in stopped else one for one in joined.said}
    answers: dict[str, Result | ProviderError] = {
        name: relayed_result(one.answer) if isinstance(one.answer, RelayAnswer) else one.answer
        for name, one in said.items()
    }
    if own is not None:
        answers[EMBEDDED] = own
    for part in joint.terms.parts:
        answer = answers[part.provider]
        if part.required and isinstance(answer, ProviderError):
            return answer
    return _of_parts(joint, answers)


def _of_parts(joint: Joint, answers: Mapping[str, Result | ProviderError]) -> Result | ProviderError:
    results = {name: one for name, one in answers.items() if isinstance(one, Result)}
    terms = joint.terms
    if not results:  # none was required, and none answered: the first one's fault stands for all
        return next(one for one in answers.values() if isinstance(one, ProviderError))
    scored = {name: (one.score, one.band or "") for name, one in results.items() if one.score is not None}
    is_whole = all(one.provider in scored for one in terms.parts if one.required)
    common = combine(terms, scored if is_whole else {})
    parts = tuple(
        Part(
            {
                "provider": one.provider, "required": one.required, "weight_ppm": one.weight_ppm,
                "counted": one.provider in common.counted,
                **({"version": joint.serving[one.provider].version} if one.provider in joint.serving else {}),
            },
            answer if isinstance(answer := answers[one.provider], Result) else answer.kind,
        )
        for one in terms.parts
    )  # fmt: skip
    missing = len(results) < len(terms.parts)
    details = {
        "rule": {"name": joint.name, "version": joint.version, **_rule(joint)},
        "partial": missing or len(scored) < len(terms.parts), "charged": terms.charge_partial or not missing,
    }  # fmt: skip
    outcome = (BESIDE if terms.rule == "beside" else SCORED) if is_whole and scored else INSUFFICIENT
    inputs = sha256_hex(canonical_bytes([one.members() for one in parts]))
    made = Result(common.score, common.band, f"{joint.name}/{joint.version}", inputs, outcome, details)
    return replace(made, parts=parts)


def _rule(joint: Joint) -> dict[str, object]:
    """Return the rule as the answer tells it: whoever has the parts works the common score out again."""
    terms = joint.terms.members()
    return {"kind": terms["rule"], "bands": terms["bands"], "order": terms["order"]}
