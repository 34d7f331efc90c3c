"""The scorecards that were released: which is in force, since when, and how another one is put in force."""
