"""Which datasets say something of an enterprise and another party, and in which fields. Pure.

An edge leads from who holds, guarantees, leads or controls to whom; `located` leads to a place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["holds", "guarantees", "leads", "controls", "located"]
# What is walked from one party to the next; who shares an address is counted apart.
WALKED: tuple[Kind, ...] = ("holds", "guarantees", "leads", "controls")
# Who has one of these positions decides alone: a partnership's managing partner, a sole investor, an operator.
DECIDING: Mapping[str, Kind] = dict.fromkeys(("partner", "investor", "operator"), "controls")


@dataclass(frozen=True)
class Relation:
    """What a dataset's record says: the fields that name the other party, which way it leads, since when.

    `places` are fields that each say where the enterprise is. `whole` has a dataset tell all parties of an enterprise:
    where it says no share, the amounts do. Without `ends` a record counts as long as it stands, or for `months`.
    """

    kind: Kind
    name: str = ""
    code: str = ""
    outward: bool = False  # from the enterprise to the other party
    share: str = ""
    amount: str = ""
    begins: str = ""
    ends: str = ""
    months: int = 0
    whole: bool = False
    position: str = ""
    by_position: Mapping[str, Kind] = field(default_factory=dict)
    places: tuple[str, ...] = ()


RELATIONS: Mapping[str, Relation] = {
    "shareholder_contrib": Relation(
        "holds", "holder_name", "holder_id", share="ratio", amount="subscribed", begins="contrib_date", whole=True
    ),
    "outbound_investment": Relation(
        "holds", "investee_name", "investee_uscc", outward=True, share="ratio", begins="invest_date"
    ),
    "annual_report_guarantee": Relation(
        "guarantees", "debtor", outward=True, begins="period_from", ends="period_to"
    ),
    "ent_legal_rep": Relation(
        "leads", "person_name", "person_id_hash", begins="appoint_date", ends="leave_date", position="position",
        by_position=DECIDING,
    ),
    "soe_supervision": Relation(
        "controls", code="holder_uscc", share="state_share", begins="assess_year", months=24
    ),
    "ent_registration": Relation("located", begins="est_date", places=("domicile", "op_address")),
}  # fmt: skip
# What each list of a network rests on, beside what other enterprises say: while it was not delivered, an empty list
# is no answer.
RESTS_ON: Mapping[str, str] = {
    "holders": "shareholder_contrib", "holdings": "outbound_investment", "controllers": "shareholder_contrib",
    "circles": "shareholder_contrib", "same_address": "ent_registration", "guarantees": "annual_report_guarantee",
    "leads": "ent_legal_rep",
}  # fmt: skip
# Where both sides tell of one holding, the register of holders is believed: the first of these that says something.
BELIEVED = ("shareholder_contrib", "outbound_investment")
