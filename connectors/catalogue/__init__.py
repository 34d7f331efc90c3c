"""The city's catalogue of agencies and datasets: YAML files, loaded and checked."""
