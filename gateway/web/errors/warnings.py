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
        "joint-scan-not-found": ErrorRow(
            404,
            "贵机构没有此联合扫描。",
            "Your institution put no such scan.",
            "核对编号。",
            "Check the id.",
            "别的机构的联合扫描 another institution's scan",
        ),
        "joint-scan-size": ErrorRow(
            422,
            "一次扫描 1 至 2000 家企业。",
            "A scan is of 1 to 2000 enterprises.",
            "先订阅企业，或分成几次。",
            "Subscribe to enterprises first, or put them in parts.",
            "没有订阅任何企业 nobody is subscribed to",
        ),
    },
)
