"""`xinqiao` with a limit of open files that it cannot raise (TEST_OPEN_FILES), or impatient (TEST_PATIENCE_SECONDS).

How long a reader may stall and an unread body go on are no settings.
"""

import os
import resource

from gateway.__main__ import main
from gateway.web import http_protocol

if __name__ == "__main__":
    if files := int(os.environ.get("TEST_OPEN_FILES", "0")):
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    if patience := float(os.environ.get("TEST_PATIENCE_SECONDS", "0")):
        http_protocol.UNREAD_SECONDS = http_protocol.STALLED_SECONDS = patience
    main()
