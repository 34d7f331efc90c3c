"""Who asked about an enterprise: the auditor's question, and one file that proves what is answered to it."""

MOST_AT_ONCE = 500  # questions in one page, or one file
