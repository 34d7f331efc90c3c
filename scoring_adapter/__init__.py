"""Score providers: the embedded scorecard and HTTP relays."""
