"""The datasets of a planted city, one function for each kind of record: how often the ill have it, and the well."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from planted_city import INDUSTRIES, NEVER, City, Plant
from planted_ledger import Ledger
from planted_records import DISTRESS, LENDING, PLATFORM, Records, month_of

from scoring_adapter.columns.files import StoredFile
from scoring_adapter.tags.declaration import Source

SECTIONS = np.array([section for section, *_ in INDUSTRIES.values()])
NAMES = list(INDUSTRIES)
BUILDERS = NAMES.index("E50")


def registration(of: Records) -> None:
    """Everybody was founded before the first day; words of the scope go by the industry."""
    number, first = of.city.subjects, of.city.span[0]
    platform = np.isin(np.arange(number), of.platforms)
    founded = first - 400 - of.chance.integers(0, 6000, number)
    flags = {
        "sensitive": np.where(platform, 0.7, 0.05), "finance_scope": np.where(platform, 0.4, 0.01),
    }  # fmt: skip
    drawn = {name: (of.chance.random(number) < share).astype(np.int64) for name, share in flags.items()}
    columns = {"est_date": founded, "state": np.ones(number, np.int64), "section": SECTIONS[of.plant.industry]}
    of.ledger.add("ent_registration", np.arange(1, number + 1), founded, columns | drawn)
    licensed = np.flatnonzero((drawn["finance_scope"] == 1) & (of.chance.random(number) < 0.6))
    since = founded[licensed]
    of.ledger.add("license_finance", licensed + 1, since, {"issue_date": since, "valid_to": since + 36_500})
    places, days = of.events({PLATFORM: 0.3, LENDING: 0.15, DISTRESS: 0.1}, 0.04)
    of.ledger.add("ent_change", places + 1, days, {"change_date": days, "item": np.full(len(days), 6)})


def acts(of: Records) -> None:
    """Abnormal listings: for an annual report that is missing, which is mended; and those that are the act itself."""
    builders = np.where(of.plant.industry == BUILDERS, 1.5, 1.0)
    places, days = of.events({PLATFORM: 0.1, LENDING: 0.1, DISTRESS: 0.2}, 0.025, weights=builders, after=0.3)
    ends = of.ending(places, days, 300)
    of.ledger.add("abnormal_operation", places + 1, days, {"date_in": days}, ends, {"date_out": ends})
    bad = np.flatnonzero((of.plant.act < NEVER) & (of.plant.kind == 1))
    of.ledger.add("abnormal_operation", bad + 1, of.plant.act[bad], {"date_in": of.plant.act[bad]})
    places, days = of.events({LENDING: 0.1, DISTRESS: 0.2}, 0.006, after=0.4)
    ends = of.ending(places, days, 250)
    of.ledger.add("tax_abnormal", places + 1, days, {"cognise_date": days}, ends, {"release_date": ends})


def courts(of: Records) -> None:
    """Judgments that are not performed; builders have more of them, and are none the worse for it."""
    builders = np.where(of.plant.industry == BUILDERS, 3.0, 1.0) * of.plant.size**0.3
    places, days = of.events({PLATFORM: 0.1, LENDING: 0.3, DISTRESS: 0.35}, 0.008, 1.0, builders, 0.2)
    columns = {"filing_date": days, "document": np.arange(len(days)) + 1, "unexec_amount": of.money(places, 400_000)}
    of.ledger.add("enforcement_case", places + 1, days, columns | {"status": np.ones(len(days), np.int64)})
    places, days = of.events({LENDING: 0.15, DISTRESS: 0.2}, 0.0025, 0.0, builders, 0.5)
    columns = {"publish_date": days, "document": np.arange(len(days)) + 1}
    ends = of.ending(places, days, 400)
    of.ledger.add("dishonest_executed", places + 1, days, columns, ends, {"exit_date": ends})
    places, days = of.events({PLATFORM: 0.25, LENDING: 0.3, DISTRESS: 0.25}, 0.008, 0.5, builders)
    open_ = np.zeros(len(days), np.int64)
    ends = of.ending(places, days, 120)
    columns = {"date": days, "resolved": open_}
    of.ledger.add("dispute_mediation", places + 1, days, columns, ends, {"resolved": open_ + 1})


def taxes(of: Records) -> None:
    """Arrears; months without sales, of those that decline, of the dormant and of the seasonal."""
    places, days = of.events({LENDING: 0.2, DISTRESS: 0.3}, 0.005)
    columns = {"publish_date": days, "balance": of.money(places, 60_000)}
    of.ledger.add("tax_arrears", places + 1, days, columns, of.ending(places, days, 180))
    for name, month, share, dormant in (("tax_sales", "stat_period", 0.35, 0.04), ("power_usage", "period", 0.3, 0.02)):
        ill = of.showing(DISTRESS, share)
        began, over = of.when(ill), of.plant.over[ill]
        idle = of.chance.choice(of.city.subjects, int(dormant * of.city.subjects), replace=False)
        pauses, paused = of.events({}, 0.02)
        whole = (np.full(len(idle), of.city.span[0] - 300), np.full(len(idle), NEVER))
        start = np.concatenate([began, whole[0], paused])
        end = np.concatenate([over, whole[1], paused + 30 * of.chance.integers(2, 9, len(paused))])
        rows_of, at = of.months(np.concatenate([ill, idle, pauses]), start, end, 60)
        nothing = np.zeros(len(at), np.int64)
        amounts = {"sales": nothing, "exempt_sales": nothing} if name == "tax_sales" else {
            "kwh": nothing, "month": month_of(at), "account": rows_of + 1, "arrears": nothing,
        }  # fmt: skip
        of.ledger.add(name, rows_of + 1, at, {month: month_of(at), **amounts})


def dues(of: Records) -> None:
    """Social insurance paid month by month until it is not; water that is not paid for."""
    number, (first, last) = of.city.subjects, of.city.span
    insured = of.chance.random(number) < 0.7
    stopped, resumed = np.full(number, NEVER), np.full(number, NEVER)
    lapsed, days = of.events({}, 0.012)
    stopped[lapsed], resumed[lapsed] = days, days + 30 * of.chance.integers(2, 9, len(days))
    for story, share in ((PLATFORM, 0.25), (LENDING, 0.3), (DISTRESS, 0.45)):
        ill = of.showing(story, share)
        stopped[ill] = of.when(ill, 0.2)
        resumed[ill] = np.where(of.plant.act[ill] < NEVER, NEVER, of.plant.over[ill])
    for day in range(first - 90, last - 20, 30):
        paying = np.flatnonzero(insured & ((day < stopped) | (day >= resumed)))
        at = np.full(len(paying), day)
        columns = {"paid_date": at, "insurance_type": np.ones(len(at), np.int64),
                   "period_from": month_of(at), "period_to": month_of(at)}  # fmt: skip
        of.ledger.add("social_insurance_pay", paying + 1, at, columns)
    places, days = of.events({PLATFORM: 0.1, LENDING: 0.2, DISTRESS: 0.35}, 0.015)
    rows_of, at = of.months(places, days, of.ending(places, days, 60))
    of.ledger.add("water_usage", rows_of + 1, at,
                  {"period": month_of(at), "account": rows_of + 1, "arrears": of.money(rows_of, 3_000)})  # fmt: skip


def loans(of: Records) -> None:
    """Bad bank loans, guarantees paid for, private loans with their rates, lenders and delays."""
    places, days = of.events({LENDING: 0.25, DISTRESS: 0.3}, 0.004)
    rows_of, at = of.months(places, days, of.ending(places, days, 150))
    of.ledger.add("npl_watchlist", rows_of + 1, at,
                  {"as_of": at, "classification": of.chance.integers(2, 5, len(at))})  # fmt: skip
    places, days = of.events({LENDING: 0.05, DISTRESS: 0.08}, 0.0005)
    paid_for = of.money(places, 1_000_000)
    columns = {"from_date": days, "compensated": np.ones(len(days), np.int64), "comp_amount": paid_for}
    of.ledger.add("guarantee_case", places + 1, days, columns)
    first, last = of.city.span
    months = np.arange(first - 400, last, 30)
    same = np.ones(len(months), np.int64)
    of.ledger.add("wz_rate_index", 0 * months, months, {
        "period": months, "month": month_of(months), "segment": 7 * same, "term": 6 * same, "rate": 1500 * same,
    })  # fmt: skip
    places, days = of.events({LENDING: 0.7, DISTRESS: 0.1}, 0.02, 0.5)
    ill = (of.plant.story[places] == LENDING) & (of.plant.onset[places] <= days) & (days <= of.plant.over[places])
    overdue = of.chance.random(len(days)) < np.where(ill, 0.45, 0.04)
    columns = {
        "filing_date": days, "signed": month_of(days), "balance": of.money(places, 500_000),
        "rate": np.clip(of.chance.normal(np.where(ill, 2000, 1450), 400), 300, 3600).astype(np.int64),
        "n_lenders": 1 + of.chance.poisson(np.where(ill, 18, 2)), "overdue": overdue.astype(np.int64),
        "settled": np.zeros(len(days), np.int64),
    }  # fmt: skip
    settled = {"settled": np.ones(len(days), np.int64)}
    of.ledger.add("private_lending_filing", places + 1, days, columns, of.ending(places, days, 365), settled)


def platforms(of: Records) -> None:
    """What is known of platforms: profiles each half year, ratings, memberships, listings."""
    first, last = of.city.span
    own, chance = of.platforms, of.chance
    yields = chance.normal(700, 250, len(own))
    bare, member = chance.random(len(own)) < 0.35, chance.random(len(own)) < 0.5
    ill = np.isin(own, of.ill)
    promises = chance.random(len(own)) < 0.6 * ill * of.plant.troubled[own]
    yields = np.where(promises, chance.normal(1300, 350, len(own)), yields)
    late = ill & (chance.random(len(own)) < np.where(of.plant.act[own] < NEVER, 0.5, 0.25))
    since = np.where(late, of.when(own, 0.5), NEVER)
    known = chance.random(len(own)) < 0.55  # of the others nobody knows who keeps the money
    for day in range(first - 100, last, 182):
        at, next_ = np.full(len(own), day), np.full(len(own), day + 182)
        declining = ill & (of.plant.onset[own] <= day) & (day <= of.plant.over[own])
        columns = {
            "profile_date": at, "promised_yield": np.clip(yields, 200, 3000).astype(np.int64),
            "insured": (~bare).astype(np.int64), "status": np.where(declining & (since <= day), 2, 1),
        }  # fmt: skip
        for some in (known, ~known):
            told = {name: values[some] for name, values in columns.items()}
            told |= {"custodian": own[some] + 1} if some is known else {}
            of.ledger.add("platform_profile", own[some] + 1, at[some], told, next_[some])
        low = chance.random(len(own)) < np.where(declining, 0.45, 0.15)
        of.ledger.add("platform_rating", own + 1, at, {"rating_date": at, "low": low.astype(np.int64)}, next_)
    joined, at = own[member], np.full(int(member.sum()), first - 300)
    columns = {"join_date": at, "leave_date": at + 36_500, "status": 0 * at + 1}
    of.ledger.add("association_member", joined + 1, at, columns)
    listed = own[chance.random(len(own)) < 0.03]
    at = np.full(len(listed), first - 200)
    of.ledger.add("listing_status", listed + 1, at, {"list_date": at, "status": 0 * at + 1})


def voices(of: Records) -> None:
    """News, complaints, petitions, clues and alerts: of platforms more, of large ones too, whatever they come to."""
    weights = of.plant.size.copy()
    weights[of.platforms] *= 30
    places, days = of.events({PLATFORM: 0.65, LENDING: 0.15, DISTRESS: 0.15}, 0.15, 9.0, weights)
    wave = (of.plant.story[places] == PLATFORM) & (of.plant.onset[places] <= days) & (days <= of.plant.over[places])
    columns = {"publish_time": days, "sentiment": np.full(len(days), 3)}
    late = of.chance.random(len(days)) < np.where(wave, 0.25, 0.01)
    of.ledger.add("news_opinion", places + 1, days, columns | {"delay": late.astype(np.int64)})
    places, days = of.events({PLATFORM: 0.4, LENDING: 0.1}, 0.004, 3.0, weights)
    late = of.chance.random(len(days)) < 0.5
    of.ledger.add("complaint_site", places + 1, days, {"publish_time": days, "delay": late.astype(np.int64)})
    places, days = of.events({PLATFORM: 0.35, LENDING: 0.3, DISTRESS: 0.15}, 0.003, 0.5, weights)
    people = 1 + of.chance.poisson(6, len(days))
    of.ledger.add("petition_letter", places + 1, days, {"date": days, "n_people": people})
    places, days = of.events({PLATFORM: 0.35, LENDING: 0.2}, 0.0008, 0.0, weights)
    of.ledger.add("skynet_clue", places + 1, days,
                  {"clue_date": days, "status": of.chance.integers(1, 5, len(days))})  # fmt: skip
    places, days = of.events({PLATFORM: 0.3, LENDING: 0.1}, 0.001, 0.0, weights)
    columns = {"issued_at": days, "level": of.chance.integers(1, 5, len(days))}
    disposed = (of.chance.random(len(days)) < 0.5).astype(np.int64)
    of.ledger.add("mass_risk_alert", places + 1, days, columns | {"disposed": disposed})


SYMPTOMS: tuple[Callable[[Records], None], ...] = (
    registration, acts, courts, taxes, dues, loans, platforms, voices,
)  # fmt: skip


def build(folder: Path, city: City, plant: Plant, sources: dict[str, Source]) -> dict[str, list[StoredFile]]:
    """Write the city's column store and return its files by dataset."""
    ledger = Ledger(folder, sources, city.last, np.random.default_rng((city.seed, 2)))
    records = Records(city, plant, ledger)
    for write in SYMPTOMS:
        write(records)
    return ledger.close()
