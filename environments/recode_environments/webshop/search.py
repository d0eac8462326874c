"""The shop's search: BM25 as Lucene scores it, over stems of words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import bm25s
import numpy as np
import snowballstemmer
from bm25s.stopwords import STOPWORDS_EN

# The parameters of the original's index.
K1 = 0.9
B = 0.4
# Products a search finds at most.
FOUND_AT_MOST = 50
# Scores that agree to so many places count as equal: the last bits differ between machines.
SCORE_PLACES = 6
# Words, with what apostrophes and points join: `l'eau`, `3.5`.
WORD = re.compile(r"\w+(?:['\u2019.]\w+)*")
CACHED_WORDS = 1 << 16

IGNORED = frozenset(STOPWORDS_EN)
stemmer = snowballstemmer.stemmer("porter")


@lru_cache(maxsize=CACHED_WORDS)
def stem(word: str) -> str:
    """A word without its endings, by Porter's rules, which the original's index uses."""
    return str(stemmer.stemWord(re.sub(r"['\u2019]s$", "", word)))


def terms(text: str) -> list[str]:
    """The stems of a text's words, in order, without those too common to tell products apart."""
    return [stem(word) for word in WORD.findall(text.lower()) if word not in IGNORED]


class Index:
    """An index of texts, numbered from 0."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Indexes texts. Complexity: linear in their length."""
        self.numbers: dict[str, int] = {}
        rows = [[self.numbers.setdefault(term, len(self.numbers)) for term in terms(text)] for text in texts]
        self.scorer = bm25s.BM25(k1=K1, b=B, method="lucene", dtype="float64", backend="numpy")
        # Terms are numbered here, and not by the library, whose numbers depend on the order of a set.
        self.scorer.index((rows, dict(self.numbers)), show_progress=False)

    def find(self, words: str) -> list[int]:
        """The texts that share a term with the words: at most 50, best first, of equals the lower number.

        Complexity: linear in the texts that have one of the terms, and in all texts.
        """
        known = [self.numbers[term] for term in terms(words) if term in self.numbers]
        if not known:
            return []
        scores = np.round(self.scorer.get_scores_from_ids(known), SCORE_PLACES)
        hits = np.flatnonzero(scores)
        best = hits[np.argsort(-scores[hits], kind="stable")]
        return [int(number) for number in best[:FOUND_AT_MOST]]
