"""Errors of administration: changes that two people make."""

from gateway.web.errors.row import ErrorRow, Section

SECTION = Section(
    "管理 Administration",
    {
        "change-refused": ErrorRow(
            422,
            "此项变更不能执行。",
            "This change cannot be made.",
            "按 detail 改。",
            "Mend it as detail says.",
            "关闭已关闭的账户 closing an account that is closed",
        ),
        "change-not-found": ErrorRow(
            404,
            "没有此项变更。",
            "There is no such change.",
            "核对编号。",
            "Check the id.",
            "编号有误 a wrong id",
        ),
        "card-not-found": ErrorRow(
            404,
            "没有这次启用。",
            "There is no such release of a scorecard.",
            "列出各次启用，核对编号。",
            "List the releases and check the number.",
            "编号有误 a wrong number",
        ),
        "watch-not-found": ErrorRow(
            404,
            "没有这次启用。",
            "There is no such release of the risk watch.",
            "列出各次启用，核对种类和编号。",
            "List the releases and check the kind and the number.",
            "编号有误 a wrong number",
        ),
        "change-decided": ErrorRow(
            409,
            "该变更已处理。",
            "This change was decided already.",
            "查看处理结果。",
            "Look at what was decided.",
            "批准一项已驳回的变更 approving what was rejected",
        ),
        "own-change": ErrorRow(
            403,
            "须由另一人批准。",
            "Another person has to approve this.",
            "请另一位安全管理员批准；涉及审计员的，请审计管理员批准。",
            "Ask another security administrator; an auditor where an auditor would be stopped.",
            "批准自己提交的变更 approving one's own change",
        ),
        "person-unknown": ErrorRow(
            403,
            "此客户端不属于任何人员，不能提交或批准须两人的变更。",
            "This client belongs to no person: it can neither ask for nor approve what takes two people.",
            "在控制台登录后操作，或请平台登记客户端归属（xinqiao operator bind）。",
            "Sign in at the console, or have the operator say whose client it is (xinqiao operator bind).",
            "升级前登记的管理员客户端提交变更 an operator's client from before clients belonged to people",
        ),
        "change-too-old": ErrorRow(
            409,
            "该变更等待过久，已不能批准。",
            "This change has waited too long to be approved.",
            "重新提交。",
            "Ask for it again.",
            "批准八天前提交的变更 approving what was asked for eight days ago",
        ),
    },
)
