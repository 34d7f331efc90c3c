"""Whether an inquiry may be answered: what is read about it, and the checks over that, in their order."""
