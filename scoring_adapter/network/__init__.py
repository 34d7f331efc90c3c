"""The network of enterprises: which datasets say who holds, guarantees or leads whom, and shares multiplied. Pure."""
