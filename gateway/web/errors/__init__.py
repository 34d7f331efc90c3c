"""What each reason is over HTTP and in words, by what the caller was doing."""
