"""Who asked about an enterprise: the auditor's question, and one file that proves what is answered to it."""
