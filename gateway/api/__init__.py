"""The HTTP interface: one module per noun, each with its router."""
