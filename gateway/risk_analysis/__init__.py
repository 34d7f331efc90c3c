"""What came of the risk watch: the funnel, how early it was, what other rules would find, the wall that shows it."""
