"""Outside providers of scores: what is agreed with each, how one is asked, and what keeps its faults from others."""
