"""Errors of warnings: subscriptions, and what was told."""

from gateway.web.errors.row import ErrorRow, Section

SECTION = Section(
    "风险预警 Warnings",
    {
        "subscription-not-found": ErrorRow(
            404,
            "贵机构没有此订阅。",
            "Your institution has no such subscription.",
            "核对编号。",
            "Check the id.",
            "别的机构的订阅 another institution's subscription",
        ),
        "warning-not-found": ErrorRow(
            404,
            "贵机构没有此预警。",
            "Your institution was told no such warning.",
            "核对编号。",
            "Check the id.",
            "别的机构的预警 another institution's warning",
        ),
    },
)
