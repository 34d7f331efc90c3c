"""Errors of the log and its proofs."""

from gateway.web.errors.row import ErrorRow, Section

SECTION = Section(
    "审计 Audit",
    {
        "not-yet-published": ErrorRow(
            404,
            "尚未发布签名的树头。",
            "No checkpoint is published yet.",
            "几秒后再取；仍没有时，请平台检查 worker 是否在运行。",
            "Try again a few seconds later; if there is still none, ask the operator whether the worker runs.",
            "网关刚刚建立 the gateway has just been set up",
        ),
        "log-not-signed": ErrorRow(
            503,
            "审计日志久未签发，暂停查询和写入。",
            "The audit log has not been signed for too long: no inquiry is answered and nothing is taken in.",
            "按 Retry-After 再试；平台请看 /readyz：worker 未运行，或核查发现差异而停签。",
            "Try again after Retry-After. Operators: see /readyz; the worker is down, or a check stopped the signing.",
            "后台停了一刻钟以上 the worker has been down for more than a quarter of an hour",
        ),
        "not-stopped": ErrorRow(
            409,
            "签发没有停止。",
            "Signing is not stopped.",
            "无需处理；`xinqiao status` 显示是否停签。",
            "Nothing is to be done; `xinqiao status` shows whether it is.",
            "`xinqiao audit lift`，而没有停签 while nothing is stopped",
        ),
        "not-yet-proved": ErrorRow(
            404,
            "条目不存在，或还没进入签名的树头。",
            "There is no such entry, or no signed checkpoint covers it yet.",
            "几秒后再取。",
            "Try again a few seconds later.",
            "一秒前的查询 an inquiry of a second ago",
        ),
        "subject-ambiguous": ErrorRow(
            409,
            "不止一家企业以此为名或代码。",
            "More than one enterprise is known by this.",
            "按 candidates 中的 uscc 再问一次。",
            "Ask again by the uscc of one of the candidates.",
            "两家企业用过的同一名称 a name that two enterprises have borne",
        ),
        "no-such-tile": ErrorRow(
            404,
            "没有这个哈希块，或尚未发布。",
            "There is no such tile, or none is published yet.",
            "地址为 level/number 或 level/number.p/width，不超出已发布的树头。",
            "A tile is named level/number or level/number.p/width, within the published checkpoint.",
            "`GET /audit/log/tile/9/000`",
        ),
    },
)
