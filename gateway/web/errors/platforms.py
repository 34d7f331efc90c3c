"""Errors of deliveries between the gateway and the platforms."""

from gateway.web.errors.row import ErrorRow, Section

SECTION = Section(
    "报送 Deliveries to platforms",
    {
        "delivery-not-found": ErrorRow(
            404,
            "您没有此报送。",
            "You made no such delivery here.",
            "核对编号。",
            "Check the id.",
            "别的系统的报送 another sender's delivery",
        ),
        "delivery-conflict": ErrorRow(
            409,
            "此报送编号已用于另一份内容。",
            "This delivery id stood for another message.",
            "新内容用新编号（docs/deliveries.md）。",
            "Use a new id for a new message (docs/deliveries.md).",
            "同号异文 the same id, another message",
        ),
        "delivery-confirmed": ErrorRow(
            409,
            "此报送已送达，不必重报。",
            "This delivery has arrived already.",
            "不必操作。",
            "Nothing has to be done.",
            "重报已有回执的报送 trying again what has its receipt",
        ),
        "delivery-under-way": ErrorRow(
            409,
            "此报送正在发送，或即将发送。",
            "This delivery is being sent now, or next.",
            "稍后查看结果。",
            "Look at what became of it in a moment.",
            "同时重报两次 trying again twice at once",
        ),
        "message-invalid": ErrorRow(
            400,
            "报送的签名或内容不符。",
            "The message or its signature is not sound.",
            "按 detail 改（docs/deliveries.md）。",
            "Mend it as detail says (docs/deliveries.md).",
            "签名不是登记的密钥 signed with a key that is not registered",
        ),
    },
)
