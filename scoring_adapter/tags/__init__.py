"""Tags: what is declared about an enterprise's records, and what the declarations come to."""
