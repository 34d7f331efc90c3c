"""What datasets, their fields and their mappings are, and how they are written down."""
