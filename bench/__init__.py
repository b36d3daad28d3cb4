"""The benchmarks: twintune against what a user would write instead, and against the limit (see README.md)."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The repository."""

# The product's Python is run from its folder and is not installed.
sys.path.insert(0, str(ROOT / "python"))
