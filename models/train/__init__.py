"""One readable trainer a model; run each as `python -m models.train.<name>` from the repository root."""
