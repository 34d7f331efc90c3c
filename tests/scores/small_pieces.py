"""`xinqiao` as tests/crashing.py ends it, with scans in pieces of few subjects."""

import runpy

from gateway.scores import scan_pinned

SUBJECTS = 3  # of a piece

if __name__ == "__main__":
    scan_pinned.PIECE = SUBJECTS
    runpy.run_module("tests.crashing", run_name="__main__")
