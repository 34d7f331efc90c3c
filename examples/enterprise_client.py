"""An enterprise's signatory sees what it is asked to permit, approves the first request, and sees who asked."""

import sys

import httpx

from xinqiao_client import Enterprise, ProblemError, load_key

try:
    issuer, signatory, key_file = sys.argv[1:4]
    with Enterprise(issuer, signatory, load_key(key_file)) as enterprise:
        waiting = list(enterprise.consents(status="requested"))
        print(f"待答复 waiting: {len(waiting)}")
        for consent in waiting:
            print(f"\n{consent['consent']}", *consent["in_words"]["zh"], *consent["in_words"]["en"], sep="\n  ")
        for consent in waiting[:1]:
            print(f"\n已同意 approved: {consent['consent']}，{enterprise.approve(consent)['status']}")
        for question in enterprise.questions():
            print(question["asked_at"], question["institution"], question["purpose"], question["outcome"])
except (ProblemError, httpx.HTTPError, OSError, ValueError) as refused:
    sys.exit(f"失败 failed: {refused}")
