"""What an institution is told of the risk watch: an answer like any other, as far as its basis opens the data."""
