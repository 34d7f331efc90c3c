"""What proves what the gateway did: entries, the log, exports, conservation."""
