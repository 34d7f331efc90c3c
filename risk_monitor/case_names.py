"""What the states, steps, sides, outcomes, measures and authorities of cases are called."""

from typing import Literal, get_args

State = Literal["opened", "accepted", "confirmed", "closed"]  # 待受理, 核查中, 处置中, 已办结
STATES: tuple[State, ...] = get_args(State)
Step = Literal[
    "accept", "confirm", "dismiss", "check", "help", "measure", "ask-time", "ask-transfer", "ask-hand-over", "grant",
    "refuse", "assign", "close",
]  # fmt: skip
STEPS: tuple[Step, ...] = get_args(Step)
Side = Literal["office", "city"]
Outcome = Literal[
    "rectified", "redeemed", "moved-away", "merged", "false-alarm", "under-help", "under-watch", "listed-abnormal",
    "cancelled", "revoked", "police-filed", "transferred",
]  # fmt: skip
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
Measure = Literal["listed-abnormal", "cancelled", "revoked", "police-filed", "joint-punishment"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
Authority = Literal["market-regulator", "police", "supervisor"]
AUTHORITIES: tuple[Authority, ...] = get_args(Authority)
