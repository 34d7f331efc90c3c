"""What answers show to an institution, of each product: policies that the operator sets."""
