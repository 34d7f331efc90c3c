"""Errors of stored records and what is done to them."""

from gateway.web.errors.row import ErrorRow, Section

SECTION = Section(
    "记录 Records",
    {
        "record-not-found": ErrorRow(
            404,
            "没有此记录。",
            "You have no such record.",
            "核对记录编号。",
            "Check the record's id.",
            "别的部门的记录 another agency's record",
        ),
        "record-erased": ErrorRow(
            410,
            "已超过保存期限，只剩摘要。",
            "It was kept long enough; only its digest is left.",
            "无须处理。",
            "There is nothing to do.",
            "超过保存期限的记录 a record past its retention",
        ),
        "act-not-possible": ErrorRow(
            409,
            "记录当前的状态不允许此操作。",
            "The record's state does not permit this act.",
            "先看记录的状态：企业用 xinqiao enterprise objections，部门用 GET /v1/records/{id}/history。",
            "Look at how it stands: an enterprise with xinqiao enterprise objections, an agency with its history.",
            "撤回已修复的记录；生效日期在将来 withdrawing what was repaired; an effective date to come",
        ),
        "too-many-objections": ErrorRow(
            409,
            "本企业未办结的异议已达上限。",
            "As many of this enterprise's objections wait as may.",
            "等部门办结一些再提；见 GET /v1/objections?state=open。",
            "Wait until agencies have decided on some: see GET /v1/objections?state=open.",
            "第 101 项未办结的异议 the 101st objection that is open",
        ),
        "site-not-found": ErrorRow(
            404,
            "没有此平台。",
            "There is no such platform.",
            "用网站域名，或“商店:应用标识”；登记的平台见 GET /v1/sites。",
            "Give its site, or its store and id there; GET /v1/sites lists those that are known.",
            "没有任何记录提到的域名 a site that no record names",
        ),
        "match-not-found": ErrorRow(
            404,
            "没有此归属建议。",
            "You have no such proposal.",
            "核对编号；部门只看得到本部门记录的建议。",
            "Check its id; an agency sees those for its own records.",
            "别的部门的归属建议 a proposal for another agency's records",
        ),
        "match-decided": ErrorRow(
            409,
            "此归属建议当前的状态不允许此操作。",
            "How this proposal stands does not permit this.",
            "刷新后再看：可能已有人处理，或新的一次比对已取代它。",
            "Look again: somebody decided on it, or a newer run has replaced it.",
            "再次确认已确认的建议 confirming a proposal that is confirmed",
            members={"proposal_status": "confirmed"},
        ),
        "match-other-person": ErrorRow(
            403,
            "须由另一人确认。",
            "Another person has to confirm this.",
            "请管理员，或本部门另一名经办人确认。",
            "Ask an operator, or another clerk of the agency.",
            "接受建议的人自己确认 whoever accepted a proposal confirms it",
        ),
        "act-not-yours": ErrorRow(
            409,
            "此操作不由您提出。",
            "This act is not yours to ask for.",
            "由有权的一方提出。",
            "The party that may ask for it does.",
            "企业要求修复 an enterprise asks for a repair",
        ),
    },
)
