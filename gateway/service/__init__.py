"""The service put together: its two processes, and its interface described."""
