"""Outside providers of scores: registered and changed by two people, and what each has answered, day by day."""
