"""The cut of a top-p selection as numpy has it.

A group a line on standard input: {"scores": [...], "millionths": [...]}, the percentages times 1,000,000. A
line each on standard output, for each percentage [share, cut, above, tied]: how many are kept, the score of
the last of them, how many score higher and how many the same.
"""

from __future__ import annotations

import json
import sys
from fractions import Fraction

import numpy as np


def cut(scores: np.ndarray, millionths: int) -> list[float]:
    """The smallest score s with at least the share of all at s or above: a quantile from above."""
    exact = Fraction(millionths, 100_000_000) * len(scores)
    share = -(-exact.numerator // exact.denominator)
    # The middle of the step, so that no rounding of p · n crosses to its neighbour.
    quantile = float(-np.quantile(-scores, (share - 0.5) / len(scores), method="inverted_cdf"))
    return [share, quantile, int((scores > quantile).sum()), int((scores == quantile).sum())]


for line in sys.stdin:
    group = json.loads(line)
    scores = np.array(group["scores"], dtype=float)
    print(json.dumps([cut(scores, millionths) for millionths in group["millionths"]]))
