"""Hugging Face folders with random weights, tiny and at full size."""

from pathlib import Path

FIGURES = Path(__file__).with_name("full_size.json")
"""What the run at full size has measured, by name."""
