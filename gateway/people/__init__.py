"""People who sign in to the console: who they are, how they prove it, and for how long."""
