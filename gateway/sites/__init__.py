"""Internet-finance platforms by site or app, wherever their firms are: what is usual of each, spikes, silences."""
