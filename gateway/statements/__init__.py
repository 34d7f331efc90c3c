"""The monthly statement to an enterprise: who asked about it, when, why, on which consent; denied questions too."""
