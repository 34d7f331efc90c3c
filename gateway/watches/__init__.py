"""Rules of the risk watch and learned models as they were released: which are in force, and how others are put so."""
