"""The bytes of a delivery turned into tables of cells."""
