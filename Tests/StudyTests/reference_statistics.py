"""What numpy makes of samples, for comparison.

A sample a line on standard input: {"numbers": [...], "flags": [...]}. A line each on standard output, with
mean and sample standard deviation of the numbers, the share of flags that are set, and the correlation of
flags and numbers with its 95 % confidence interval: null where it has none.
"""

from __future__ import annotations

import json
import sys
from statistics import NormalDist

import numpy as np


def correlation(flags: list[bool], numbers: list[float]) -> dict[str, float | None]:
    """Pearson's, and Fisher's interval."""
    if len(numbers) < 4 or len(set(flags)) < 2 or len(set(numbers)) < 2:
        return {"r": None, "low": None, "high": None}
    r = float(np.clip(np.corrcoef(np.array(flags, dtype=float), np.array(numbers))[0, 1], -1, 1))
    with np.errstate(divide="ignore"):
        z = np.arctanh(r)
    width = NormalDist().inv_cdf(0.975) / np.sqrt(len(numbers) - 3)
    return {"r": r, "low": float(np.tanh(z - width)), "high": float(np.tanh(z + width))}


for line in sys.stdin:
    sample = json.loads(line)
    numbers = np.array(sample["numbers"])
    answer = {
        "mean": float(numbers.mean()),
        "sd": float(numbers.std(ddof=1)) if len(numbers) > 1 else 0.0,
        "share": float(np.mean(sample["flags"])),
        **correlation(sample["flags"], sample["numbers"]),
    }
    print(json.dumps(answer))
