"""Errors of webhooks."""

from gateway.web.errors.row import ErrorRow, Section

SECTION = Section(
    "推送 Webhooks",
    {
        "invalid-webhook": ErrorRow(
            400,
            "推送地址不可用。",
            "Nothing can be sent to this address.",
            "按 detail 改（docs/webhooks.md）。",
            "Mend it as detail says (docs/webhooks.md).",
            "内网地址 an address of a private network",
        ),
        "webhook-not-found": ErrorRow(
            404,
            "您没有此推送地址。",
            "You have no such endpoint.",
            "核对编号。",
            "Check the id.",
            "别的机构的地址 another institution's endpoint",
        ),
        "webhook-known": ErrorRow(
            409,
            "此地址已登记。",
            "This address is registered already.",
            "用已有的，或先删除。",
            "Use it as it is, or remove it first.",
            "同一地址登记两次 registering an address twice",
        ),
        "too-many-webhooks": ErrorRow(
            409,
            "推送地址已达上限。",
            "The institution has as many endpoints as it may have.",
            "先删除一个。",
            "Remove one first.",
            "第 11 个地址 an eleventh endpoint",
        ),
        "webhook-disabled": ErrorRow(
            409,
            "推送地址已停用。",
            "The endpoint is disabled.",
            "先启用。",
            "Enable it first.",
            "对停用的地址再推送 sending again to a disabled endpoint",
        ),
    },
)
