"""Where the system's Chromium is. Playwright's own download is never used: what people have is what is tried."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = os.environ.get("XINQIAO_CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)
# No sandbox of its own as root, where it would not start; nothing fetched behind our backs.
OPTIONS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--font-render-hinting=none"]
