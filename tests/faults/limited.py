"""`xinqiao` with a limit of open files (TEST_OPEN_FILES) that it cannot raise."""

import os
import resource

from gateway.__main__ import main

if __name__ == "__main__":
    files = int(os.environ["TEST_OPEN_FILES"])
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    main()
