"""The network of enterprises: who holds, guarantees, leads whom, read out of sealed records."""
