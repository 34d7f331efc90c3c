"""What each check cannot see, said in its own output: whoever reads "verified" has to know what it is not about.

docs/evidence.md tells the same, and a test holds the columns of every business table against the last part.
"""

from collections.abc import Mapping

# What an auditor's offline check of an export cannot see, by a name for scripts.
VERIFY: Mapping[str, str] = {
    "never-recorded": "从未写入日志的行为：须与对方的记录核对 "
    "what was never recorded at all: compare with what the other side holds",
    "after-the-checkpoint": "检查点之后的条目：与业务数据核对过，但尚无签名 "
    "entries later than the checkpoint: compared with the rows, but nothing is signed over them",
    "unkept-checkpoints": "没有保存过旧检查点，就看不出日志被整体改写 "
    "that a whole log was rewritten and signed anew, unless a checkpoint was kept from before",
    "erased-payloads": "依法删除的内容，只剩承诺值 payloads that were erased by law: only their commitment is left",
    "older-events": "较早的事件未写明的列 columns that older events do not name",
    "search-columns": "数据库中可检索的列：由 `xinqiao audit fsck` 核查 "
    "the columns entries are searched by: `xinqiao audit fsck` compares them",
    "counters": "配额计数与预留、授权次数的并发：由 `xinqiao reconcile` 核查 "
    "counters and reservations of quota: `xinqiao reconcile` compares them",
    "unresolved": "本可归属而未归属的记录 records that could belong to somebody, and are given to nobody",
    "tables": "不参与核对的表：退回的行、暂存所依据的历史、计数、会话、密钥，见 docs/evidence.md "
    "tables that are not compared: refused rows, what submissions are judged by, counters, sessions, secrets: see "
    "docs/evidence.md",
    "truth": "部门报送的内容是否属实 whether what an agency handed in is true",
    "columns": "不参与判定的列，见 docs/evidence.md columns that decide nothing, listed in docs/evidence.md",
}
# What a check of the instance by itself cannot see.
FSCK: Mapping[str, str] = {
    "never-recorded": VERIFY["never-recorded"],
    "rewritten-together": "日志、业务数据、头存储同时被有密钥者改写：须用保存过的检查点核验 "
    "a log rewritten by whoever holds its keys and head store: verify against a checkpoint that was kept",
    "erased-payloads": VERIFY["erased-payloads"],
    "older-events": VERIFY["older-events"],
    "unresolved": VERIFY["unresolved"],
    "tables": VERIFY["tables"],
    "truth": VERIFY["truth"],
    "columns": VERIFY["columns"],
}
# Columns of vouched tables that no event names, and why.
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "batch": {
        "received_at": "an order to read by", "reasons": "a summary of the refused rows",
        "mapping": "how columns were read", "layout_id": "what headings are compared with",
        "number": "what the column store calls it",
    },
    "inquiry": {
        "subject_id": "from uscc", "answer": "compared by its digest", "packed": "compared by its digest",
        "created_at": "in the entry's time", "expires_at": "only until it is settled",
        "settled_at": "in the entry's time",
        "report_by": "from the entry's time, until a usage result is there; compared with those by `xinqiao reconcile`",
        "delete_by": "from the entry's time and the consent; in the attestation",
        "deleted_at": "from the attestation; compared with it by `xinqiao reconcile`",
    },
    "quota_ledger": {
        "entry_id": "a key of its own", "consent_id": "in the answer", "overdraft": "follows from the limits",
    },
    "quota_month_total": {"closed_at": "in the entry's time"},
    "usage_result": {"recorded_at": "in the entry's time"},
    "record_act": {"act_id": "a key of its own"},
    "act_batch": {"refused": "rows that were not acted upon"},
    "received": {"subjects": "from message, to search by", "received_at": "in the entry's time"},
    "institution": {"created_at": "in the entry's time", "event_id": "names the first entry"},
    "client": {"created_at": "in the entry's time", "event_id": "names the first entry",
               "last_used_at": "a hint for operators"},
    "client_key": {"created_at": "in the entry's time", "event_id": "names the first entry"},
    "delegation": {"event_id": "names the first entry"},
    "duty_basis": {"event_id": "names the first entry"},
    "provider_version": {"recorded_at": "in the entry's time"},
    "joint_version": {"recorded_at": "in the entry's time"},
    "card_release": {"recorded_at": "in the entry's time", "source": "by its digest", "report": "by its digest"},
    "watch_release": {"recorded_at": "in the entry's time", "source": "by its digest", "report": "by its digest"},
    "instance_key": {
        "sealed": "opens under the key-encryption key alone, and must fit public", "created_at": "in the entry's time",
        "changed_at": "in the entry's time", "event_id": "names the first entry",
    },
    "person": {
        "name": "personal, decides nothing", "password_hash": "secret", "totp_sealed": "secret", "totp_step": "secret",
        "invitation": "secret", "invited_until": "follows the invitation", "recovery_codes": "secret",
        "factor_reset_until": "in the time of person.factor_reset", "created_at": "in the entry's time",
        "event_id": "names the first entry", "signed_in_at": "a hint for operators",
        "notice": "what the person is told of an entry",
    },
    "recall": {
        "recall_id": "a key of its own", "act_entry": "which act it follows, to tell each once",
        "account": "from inquiry", "told_at": "in the entry's time",
    },
    "enterprise_statement": {"made_at": "in the entry's time"},
    "webhook_endpoint": {
        "failures": "a hint", "failing_since": "a hint", "paused_until": "when next", "held_until": "when next",
        "created_at": "in the entry's time", "event_id": "names the first entry",
    },
    "peer": {"event_id": "names the last entry"},
    "source": {
        "agency": "from the dataset", "config": "where to read, not what", "every_seconds": "how often",
        "watermark": "how far it was read; in the events of acts upon it", "due_at": "when next",
        "last_fault": "a hint",
        "event_id": "names the last entry", "faults": "a hint", "refusals": "a hint", "last_refusal": "a hint",
        "last_read_at": "a hint", "dropped": "a hint", "dropped_since": "a hint", "last_drop": "a hint",
    },
    "consent_head": {"ends_at": "from the terms, to find by", "most": "from the terms, to find by"},
    "delivery": {
        "attempts": "a hint", "last_fault": "a hint", "created_at": "in the entry's time",
        "settled_at": "in the entry's time",
    },
    "abnormal_use": {"event_id": "names the first entry"},
    "supervisor_list": {"received_at": "in the entry's time"},
    "cross_check": {"event_id": "names the last entry"},
    "match_run": {"made_at": "in the entry's time"},
    "match_proposal": {
        **dict.fromkeys(
            ("run_id", "agency", "kind", "value", "subject_id", "weight", "levels"), "compared in match-runs"
        ),
        "event_id": "names the last entry",
    },
    "disposal_case": {"event_id": "names the last entry"},
    "disposal_file": {"taken_at": "in the entry's time"},
    "held_delivery": {"event_id": "names the last entry"},
    "record": {
        "record_id": "a key of its own", "row_number": "where it stood, to find it there", "status": "from subject_id",
    },
    "subject": {
        "name": "shown beside the code: what decides is the identifier", "number": "what the column store calls it",
    },
    "subject_identifier": {},
    "name_change": {},
    "change": {
        "asked_by": "the actor of change.asked", "asked_at": "in the entry's time",
        "decided_by": "the actor of the decision", "decided_at": "in the entry's time",
        "event_id": "names the last entry",
    },
    "audit_stop": {
        "log_id": "one log", "stopped_at": "in the entry's time", "differences": "in the entry",
        "event_id": "names the first entry",
    },
}  # fmt: skip
# Tables that are not compared with the log, and why.
UNCOMPARED: Mapping[str, str] = {
    **dict.fromkeys(
        ("audit_log", "audit_event", "audit_dek", "audit_payload", "audit_pending", "audit_leaf", "audit_tile",
         "audit_state", "audit_checkpoint"), "the log itself",
    ),
    **dict.fromkeys(
        ("issued_token", "once", "pushed_request", "authorization_code", "person_session", "person_address",
         "sign_in_lane", "idempotency", "upload", "preview"), "ends by itself within hours or days",
    ),
    **dict.fromkeys(
        ("quota_period", "quota_reservation", "quota_burn"), "counters, which reconcile compares with the ledger",
    ),
    **dict.fromkeys(("layout", "batch_profile"), "what later submissions are judged by: a hint to hold one"),
    **dict.fromkeys(("rejected_row", "corrected_row"), "what was refused: its number is in the batch's event"),
    "rate_use": "how far ahead of the clock callers are: a counter that a crash forgets",
    "record_tombstone": "names its entry, which the records are compared with",
    **dict.fromkeys(("personal_key", "personal_master", "source_secret"), "secrets"),
    "consent_due": "what a sweep looks through; what a consent's end is, its terms and uses say",
    "alert": "follows from what was handed in, and when", "syslog_position": "how far the log has gone out",
    "quota_month": "how far the months were closed, which their totals say",
    "duty_position": "how far the log was read",
    "deletion_reminder": "that an institution was reminded: its entry says so",
    "statement_month": "how far the statements of a month were made",
    "webhook_position": "how far the log was read", "webhook_delivery": "what was sent of entries, and made of them",
    **dict.fromkeys(
        ("column_due", "column_file", "column_dataset", "column_day"),
        "follows from the records, which `xinqiao columns verify` compares it with",
    ),
    **dict.fromkeys(
        ("score_basis", "scan_run", "scan_piece", "score_due", "subject_score", "score_distribution"),
        "follows from the records: a scan computes it again, and its digest is in the log",
    ),
    **dict.fromkeys(
        (
            "network_party", "network_edge", "network_reading", "network_erasure", "network_due", "network_standing",
            "network_night",
        ),
        "follows from the records: a night computes it again, and its digest is in the log",
    ),
    "shared_credential": "its entries say when it was given, by its digest, and taken back",
    "challenger_night": "follows from the scan and a card, and that they were compared is in the log",
    **dict.fromkeys(
        ("risk_day", "risk_standing", "risk_foretold", "risk_drift", "risk_open", "risk_open_piece", "risk_judged"),
        "follows from the records: all can be judged again, and its digest is in the log"
    ),
    "risk_trial": "a trial of rules puts nothing in force; that it was asked for and ended is in the log",
    **dict.fromkeys(
        ("site", "site_firm", "site_finding", "site_day"),
        "follows from the records: platforms can be judged again, and the digest is in the log",
    ),
    "supervisor_list_row": "rows of a list, whose file's digest is in the log",
    **dict.fromkeys(
        ("cross_check_member", "cross_check_exchange"),
        "who was compared: a digest or a commitment is in the log, which `xinqiao crosscheck audit` makes again",
    ),
    **dict.fromkeys(("inquiry_batch", "inquiry_batch_row"), "names inquiries, which are compared one by one"),
    **dict.fromkeys(("consent_import", "consent_import_row"), "names consents, which are compared one by one"),
    **dict.fromkeys(
        ("warning_subscription", "warning", "joint_scan", "joint_scan_batch"),
        "names inquiries, which are compared one by one",
    ),
    "provider_day": "how providers answered, counted beside inquiries that are compared one by one",
    "quota_alert": "follows from the ledger and the limits",
    "saved_view": "what a person likes to see of a table",
}  # fmt: skip
