"""The records of an enterprise as a product: those that its consent lets an institution see, and subsets of them."""
