"""How the service tells how it is: logs, traces, metrics, readiness."""
