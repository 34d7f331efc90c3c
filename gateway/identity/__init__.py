"""Who may ask, and the keys the instance itself signs with."""
