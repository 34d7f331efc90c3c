"""Many questions at once: each one is a question of its own, with its verdict and its signed answer."""
