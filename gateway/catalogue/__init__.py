"""The catalogue of datasets as the gateway shows it: documents, trials, templates."""
