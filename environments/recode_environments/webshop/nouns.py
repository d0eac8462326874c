"""The nouns of a product's title, which say what type of thing it is.

The original asks a statistical tagger (spaCy's large English model) for nouns and proper nouns. No such model
can be had without a download at run time or some hundreds of megabytes, so here a dictionary decides, the one
inside the `lemminflect` package: a word counts where the dictionary knows it as a noun, whatever else it may
be, or does not know it at all, as it is with brands and models. A tagger takes most words of a title for
nouns too, because titles are capitalised like names.
"""

from __future__ import annotations

import re
from functools import lru_cache

import lemminflect
from bm25s.stopwords import STOPWORDS_EN

# Letters, with what hyphens and apostrophes join; numbers are no nouns.
WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
# Words that hold a sentence together; the dictionary has some of them as names of letters and the like.
MORE_FUNCTION_WORDS = (
    "from without over under you your our we its per than so up out off all any both more most"
)
FUNCTION_WORDS = frozenset(STOPWORDS_EN) | frozenset(MORE_FUNCTION_WORDS.split())
CACHED_WORDS = 1 << 16
CACHED_TITLES = 1 << 12


@lru_cache(maxsize=CACHED_WORDS)
def is_noun(word: str) -> bool:
    """Whether a lowercased word may be a noun or a name."""
    if word in FUNCTION_WORDS:
        return False
    senses = lemminflect.getAllLemmas(word)
    return not senses or "NOUN" in senses or "PROPN" in senses


@lru_cache(maxsize=CACHED_TITLES)
def nouns(title: str) -> tuple[str, ...]:
    """The nouns of a title, lowercased, in order, each as often as it stands there."""
    words = (re.sub(r"['\u2019]s$", "", word) for word in WORD.findall(title.lower()))
    return tuple(word for word in words if is_noun(word))
