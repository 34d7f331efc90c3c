"""Business state against the events that made it: which columns are vouched for, by which events, and how."""
