"""What an enterprise shows others of its own answers, by itself: credentials, behind a setting."""
