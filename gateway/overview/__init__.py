"""What is seen over all rooms: what waits for somebody, what is found, how the whole stands. Reads; changes nothing."""
