"""The life of a consent in the gateway."""
