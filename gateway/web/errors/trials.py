"""Errors of trying a watch out."""

from gateway.web.errors.row import ErrorRow, Section

SECTION = Section(
    "试算 Trials",
    {
        "risk-watch-unsound": ErrorRow(
            400,
            "监测规则有误。",
            "The watch is not sound.",
            "按 detail 改（docs/risk-analysis.md）。",
            "Mend it as detail says (docs/risk-analysis.md).",
            "等级没有依次升高 levels that do not rise",
        ),
        "risk-trial-under-way": ErrorRow(
            409,
            "已有一次试算在进行。",
            "A trial is under way.",
            "等它结束后再试。",
            "Wait until it has ended.",
            "两人同时试算 two people at once",
        ),
        "risk-trial-not-found": ErrorRow(
            404,
            "没有此次试算。",
            "There is no such trial.",
            "核对编号；只保留最近 100 次。",
            "Check the id; the last 100 are kept.",
            "已清除的试算 one that is no longer kept",
        ),
    },
)
