"""The fault suite: mistakes that are planted in one framework's Python, to see what of a comparison shows them."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The repository."""
