"""HTTP as every room uses it: problems, bodies, forms, dependencies, protocol, observation."""
