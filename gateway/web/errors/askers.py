"""Errors of who asks: standing, quota, what is owed, and through whom."""

from gateway.web.errors.row import ErrorRow, Section

SECTION = Section(
    "谁来查询 Who asks",
    {
        "obligation-overdue": ErrorRow(
            403,
            "贵机构逾期未履行义务：报告应用结果，或删除数据。",
            "Your institution has not done in time what it owes for an answer: a usage result, or its deletion.",
            "先报告 `unreported` 的应用结果，或声明已删除 `undeleted`（POST /v1/obligations/deletions）；"
            "全部见 GET /v1/obligations。",
            "Report the usage result of `unreported`, or attest that `undeleted` is deleted (POST "
            "/v1/obligations/deletions), first; GET /v1/obligations lists all that is owed.",
            "逾期满 15 天仍未报告或未删除 not reported on, or not deleted, 15 days after that was due",
            members={"unreported": "01983a2b-7c1d-7e00-8000-000000000001", "due": "2026-10-12T01:08:10+00:00"},
        ),
        "data-life-ended": ErrorRow(
            403,
            "应答的留存期限已到，或已声明删除。",
            "The answer may be kept no longer, or was said to be deleted.",
            "不要再取；需要时凭有效授权重新查询。",
            "Do not fetch it again; ask anew on a consent that holds.",
            "授权写明留存一年，满一年后再取应答 fetching an answer again a year after it was given, on a consent with "
            "`data_life` P1Y",
        ),
        "quota-exceeded": ErrorRow(
            429,
            "配额已用完。",
            "The quota is used up.",
            "按 Retry-After 等到下一周期，或请平台增加配额。",
            "Wait for the next period (Retry-After), or ask the operator for more.",
            "当日用完 → `violated-policies`、`resets-at`、`Retry-After`",
            members={"violated-policies": ["acct-day"], "resets-at": "2026-03-15T16:00:00+00:00"},
        ),
        "rate-exceeded": ErrorRow(
            429,
            "请求过快。",
            "Requests come too fast.",
            "按 Retry-After 等待，再放慢；`violated-policies` 说明是账户还是机构的频次。",
            "Wait as long as Retry-After says, then go slower; `violated-policies` tells whose rate it is.",
            "一秒内上千次 a thousand within a second",
            slug="quota-exceeded",
            members={"violated-policies": ["acct-rate"]},
        ),
        "at-once-exceeded": ErrorRow(
            429,
            "此账户同时在办的查询太多。",
            "Too many questions of this account are under way.",
            "等前面的查询有了结果再发，减少并发。",
            "Wait until some of them have ended, and send fewer at once.",
            "同时发 201 个查询 201 questions at once",
            slug="quota-exceeded",
            members={"violated-policies": ["acct-at-once"]},
        ),
        "abnormal-usage-detected": ErrorRow(
            403,
            "此账户因异常使用被暂停查询，等平台与审计员处理。",
            "This account is held for abnormal use until the operator and an auditor have decided.",
            "停止发送；数量与样例见 GET /v1/abnormal-uses（本机构其他账户）或控制台，向平台说明用途。",
            "Stop sending; see what was counted at GET /v1/abnormal-uses with another account, or at the console, and "
            "tell the operator what it was for.",
            "十分钟内 501 次没有授权的查询 501 questions without a consent within ten minutes",
        ),
        "product-not-entitled": ErrorRow(
            403,
            "账户未开通此产品，或未分配配额。",
            "This account was not given this product, or no quota for it.",
            "请平台开通产品或分配配额。",
            "Ask the operator for the product or for a quota.",
            "账户只开通了 `score`，却问 `health_check`",
        ),
        "account-not-for-people": ErrorRow(
            403,
            "此账户不供工作人员查询。",
            "People do not ask through this account.",
            "请平台把机构的一个账户设为供人员查询。",
            "Ask the operator to open an account of the institution to its people.",
            "工作人员填写了程序所用的账户 staff name an account that programs use",
        ),
        "person-suspended": ErrorRow(
            403,
            "提问的人员已停用。",
            "The person who asks is suspended.",
            "联系平台。",
            "Ask the operator.",
            "等待期间人员被停用 a person is suspended while the question waits",
        ),
        "intermediary-suspended": ErrorRow(
            403,
            "代为查询的中介机构已暂停或注销。",
            "The intermediary that passes this question on is suspended or closed.",
            "联系平台；机构也可用自己的账户查询。",
            "Ask the operator, or ask with an account of the institution's own.",
            "中介暂停后代银行查询 a question passed on after its suspension",
        ),
        "delegation-ended": ErrorRow(
            403,
            "中介机构的代查委托已终止。",
            "The intermediary's delegation for this account has ended.",
            "由机构重新办理代查委托，经平台登记后再问。",
            "Have the institution give a new delegation, which the operator registers.",
            "令牌仍有效而代查委托已终止 the token lives, the delegation does not",
        ),
        "intermediary-required": ErrorRow(
            403,
            "按规定，贵机构须经唯一出口查询。",
            "By the rules here your institution asks through one intermediary alone.",
            "经 `intermediary` 所指机构查询。",
            "Ask through the institution that `intermediary` names.",
            "已设唯一出口，仍直接查询 a question asked directly where there is a sole exit",
            members={"intermediary": "fsp"},
        ),
    },
)
