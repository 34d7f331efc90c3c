"""Three enterprises worked by hand on 31 March 2026: their records, and what every tag comes to, with the sums."""

from datetime import date

AS_OF = date(
    2026, 3, 31
)  # 12 months: from 1 April 2025; 1 month: from 1 March (after 28 February); months: to February

SERIES = {
    "rate_index": [
        {"period": "2025-10", "term": "short", "segment": "composite", "rate": "9.1"},
        {"period": "2025-10", "term": "short", "segment": "direct", "rate": "7.7"},
        {"period": "2025-10", "term": "short", "segment": "composite", "rate": "9.3"},  # landed later: it counts
        {"period": "2025-11", "term": "short", "segment": "composite", "rate": "8"},
    ]
}
BUSY = {
    "registration": [
        {
            "registered": "2010-05-01",
            "capital": "500",
            "term_ends": "2030-02",
            "scope": "从事Ｐ２Ｐ平台",
        },  # open by default
    ],
    "licence": [{"issued": "2020-01-01", "ends": "2026-03-30"}],  # ended yesterday
    "penalty_market": [
        {"decided": "2025-03-31", "document": "罚〔2025〕1号", "fine": "1", "kind": "fine", "ends": "2026-03-30"},
        {"decided": "2025-04-01", "document": "罚〔2025〕2号", "fine": "0.5", "kind": "warning", "ends": "2026-03-31"},
        {"decided": "2026-04-01", "document": "罚〔2026〕3号", "fine": "9", "kind": "fine"},  # of the future
    ],
    "penalty_tax": [
        {"decided": "2025-05-01", "document": "罚[2025] 2号", "fine": "0.6", "kind": "fine"},  # the second once more
        {"decided": "2026-01-10", "kind": "other"},  # no number: it stands apart; no fine known
        {"decided": "2026-01-10", "fine": "0.1", "kind": "fine", "ends": "2025-12-31"},
    ],
    "tax_sales": [
        {"period": "2025-09", "sales": "100"},
        {"period": "2025-10", "sales": "0"},
        {"period": "2025-12", "sales": "50"},
        {"period": "2026-01", "sales": "25"},
        {"period": "2026-03", "sales": "999"},  # this month has not ended
    ],
    "arrears": [
        {"noticed": "2025-12-31", "account": "1", "balance": "300"},
        {"noticed": "2026-01-31", "account": "1", "balance": "200"},
        {"noticed": "2026-01-31", "account": "1", "balance": "210"},
        {"noticed": "2025-06-30", "account": "2", "balance": "50"},
        {"noticed": "2026-02-28", "account": "2"},
    ],
    "report": [
        {"report_year": "2023", "assets": "100", "debts": "40", "employees": "7"},  # due 2024-06-30
        {"report_year": "2024", "assets": "130", "debts": "150", "employees": "3"},  # due 2025-06-30
        {"report_year": "2025", "assets": "500", "debts": "1", "employees": "3"},  # due 2026-06-30: not yet
    ],
    "ranking": [
        {"year": "2022", "grade": "a"},
        {"year": "2023", "grade": "b"},
        {"year": "2025", "grade": "c"},
        {"year": "2026", "grade": "a"},  # this year has not ended
    ],
    "loan": [{"signed": "2025-10-15", "term": "short", "rate": "12.5", "amount": "10"}],
    "investment": [{"investee": "甲"}, {"investee": "乙"}, {"investee": "丙"}],
}
QUIET = {
    "registration": [{"registered": "2020", "state": "closed", "term_ends": "2026-03-01", "scope": "五金"}],
    "penalty_market": [{"document": "罚1号", "fine": "2", "kind": "fine"}],  # without a day
    "licence": [{"issued": "2020-01-01"}],
    "loan": [{"signed": "2025-10-15", "term": "long", "rate": "5"}],  # no such rate in the series
    "report": [{"report_year": "2024", "assets": "1", "debts": "1", "employees": "0"}],
}
INVESTEES = {"甲": 1, "乙": 0}  # whether they have an open penalty; of 丙 nothing is known

BUSY_TAGS = {
    "pen_cnt_12m": 3,  # the merged second one (its newest day is 1 May 2025) and the two of January
    "pen_cnt_all": 4,  # and the first; not the one of the future
    "pen_amt_12m": 700_000,  # fen: the greater of 0.5 and 0.6 (10,000 yuan) and 0.1
    "pen_max": 1_000_000,
    "pen_min": 100_000,
    "pen_mean": 566_666,  # 1,700,000 over the three that have a fine
    "pen_open": 1,
    "pen_past": 2,  # ended on 30 March 2026 and 31 December 2025; the second ends today
    "pen_other_kind": 4,  # the second is a fine too, the greater code; "other" is no warning
    "pen_share": 5000,  # fines above 1,000.01 yuan: the first and the second, 2 of 4; 0.1 is 1,000.00
    "pen_trend": 20_000,  # 3 in this year, 1 (31 March 2025) in the year before: (3 - 1) / 1
    "pen_last_m": 2,  # 10 January to 31 March
    "pen_first_d": 365,
    "pen_market_cnt": 2,  # two numbers, neither of the future
    "pen_ended_1m": 2,  # 30 and 31 March
    "reg_age_y": 15,  # 16 on 1 May
    "reg_left_y": 3,  # to 28 February 2030: 46 months (31 March to 28 January, and not yet a 47th)
    "reg_left_m": 46,
    "reg_left_d": 1430,  # 31 March 2026 to 31 March 2029: 1,096; to 28 February 2030: 334 more
    "reg_open": 1,
    "unlicensed": 1,  # its licence ended yesterday
    "sales_3m": 7_500,  # December to February
    "sales_trend": -2_500,  # (7,500 - 10,000) / 10,000: September to November were 10,000
    "sales_mean": 4_375,  # 17,500 over four months that have ended
    "sales_zero": 1,
    "sales_gap": 2,  # November and February of the seven from September to March
    "sales_last_m": 0,
    "sales_first_y": 0,
    "arr_total": 26_000,  # account 1: the greater of its newest day, 210; account 2: the newest that has one, 50
    "arr_accounts": 2,
    "arr_top": 71_000,  # 300 + 200 + 210
    "arr_share": 9_342,  # 710 / 760 = 0.93421
    "arr_latest": 21_000,
    "arr_busiest": 3,
    "arr_fewest": 2,  # two days in either account
    "arr_groups": 2,
    "arr_mean": 17_500,  # (300 + 50) / 2
    "arr_unknown": 1,
    "rep_trend": 3_000,  # 130 after 100
    "rep_equity": -20_000_000,  # 130 - 150 (10,000 yuan)
    "rep_equity_trend": -13_334,  # (-20 - 60) / 60 = -1.3333, rounded down
    "rep_debt_ratio": -75_000,  # 150 / -20
    "rep_net": -20_000_000,
    "rep_per_head": -6_666_667,  # -20,000,000 / 3, rounded down
    "rank_latest": 4,
    "rank_good_3y": 1,  # 2023 to 2025: b
    "rank_max_3y": 3,
    "rank_before": 2,  # up to 2025: c
    "rank_gap": 1,  # 2024
    "rank_last_y": 0,
    "loan_excess": 320,  # 12.50 - 9.30
    "loan_usual": 1,
    "loan_interest": 125_000_000,  # 100,000 yuan times 12.5, in fen
    "inv_fined": 5_000,  # 甲 of 甲 and 乙
}
NOTHING = {
    **dict.fromkeys(BUSY_TAGS),
    **dict.fromkeys(
        (
            "pen_cnt_12m", "pen_cnt_all", "pen_amt_12m", "pen_open", "pen_past", "pen_other_kind", "pen_market_cnt",
            "pen_ended_1m", "reg_open", "unlicensed", "sales_zero", "arr_accounts", "arr_groups", "arr_unknown",
            "rank_good_3y", "loan_usual",
        ),
        0,
    ),
}  # fmt: skip
QUIET_TAGS = {
    **NOTHING,
    "pen_cnt_all": 1,  # without a day: not in a window, not of the future
    "pen_max": 20_000_00,
    "pen_min": 20_000_00,
    "pen_mean": 20_000_00,
    "pen_open": 1,  # without an end
    "pen_other_kind": 1,
    "pen_share": 10_000,
    "pen_market_cnt": 1,
    "reg_age_y": 6,  # 1 January 2020
    "reg_left_y": -1,  # ended on 1 March: rounded down
    "reg_left_m": -1,
    "reg_left_d": -30,
    "rep_equity": 0,
    "rep_net": 0,  # known to be 0, unlike what is not known
}
