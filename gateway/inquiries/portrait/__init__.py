"""The portrait: a product of inquiries that tells six dimensions, the network of an enterprise, and what changed."""
