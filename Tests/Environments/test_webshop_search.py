"""The search against another implementation of BM25."""

from __future__ import annotations

import math
import unittest

import webshop_support as support
from rank_bm25 import BM25Okapi
from recode_environments.webshop.draw import Draw
from recode_environments.webshop.search import FOUND_AT_MOST, K1, SCORE_PLACES, B, Index, terms


class LuceneBM25(BM25Okapi):  # type: ignore[misc]
    """`rank_bm25` with Lucene's weight of a term, which is never negative; the rest is its own."""

    def _calc_idf(self, nd: dict[str, int]) -> None:
        for word, count in nd.items():
            self.idf[word] = math.log(1 + (self.corpus_size - count + 0.5) / (count + 0.5))


class SearchTests(unittest.TestCase):
    def test_order_is_that_of_another_bm25(self) -> None:
        shop = support.made_up_shop(400, seed=5)
        texts = [product.search_text for product in shop.catalogue.products]
        other = LuceneBM25([terms(text) for text in texts], k1=K1, b=B)
        index = Index(texts)
        queries = [goal.instruction for goal in shop.catalogue.goals[:60]]
        queries += [" ".join(Draw("words", at).some(texts[at].split(), 3)) for at in range(0, 400, 7)]
        for query in queries:
            # Its scores have a further factor of k1 + 1, the same for all texts.
            scores = [round(score / (K1 + 1), SCORE_PLACES) for score in other.get_scores(terms(query))]
            best = sorted(
                (at for at, score in enumerate(scores) if score > 0), key=lambda at: (-scores[at], at)
            )
            found = index.find(query)
            self.assertEqual([scores[at] for at in found], [scores[at] for at in best[:FOUND_AT_MOST]], query)
            # The same texts too, but for those whose scores the two round apart.
            self.assertEqual(found, best[:FOUND_AT_MOST], query)

    def test_equal_texts_keep_their_order(self) -> None:
        index = Index(["red lamp", "blue lamp", "red lamp", "green lamp"])
        self.assertEqual(index.find("lamp"), [0, 1, 2, 3])
        self.assertEqual(index.find("red lamp"), [0, 2, 1, 3])

    def test_at_most_fifty_are_found(self) -> None:
        index = Index([f"lamp number {at}" for at in range(200)])
        self.assertEqual(index.find("a lamp"), list(range(50)))

    def test_only_what_shares_a_term_is_found(self) -> None:
        index = Index(["red lamp", "blue chair"])
        self.assertEqual(index.find("the chairs"), [1])
        for words in ["sofa", "", "the of and", "!?", "红色"]:
            with self.subTest(words):
                self.assertEqual(index.find(words), [])

    def test_terms_are_stems_without_common_words(self) -> None:
        cases = {
            "The Women's running shoes": ["women", "run", "shoe"],
            "easy to assemble": ["easi", "assembl"],
            "3.5 mm L'eau": ["3.5", "mm", "l'eau"],
        }
        for text, expected in cases.items():
            with self.subTest(text):
                self.assertEqual(terms(text), expected)

    def test_search_looks_at_title_description_first_bullet_and_options(self) -> None:
        options = {"color": ("five",), "size": ("six", "ten")}
        product = support.product(title="One", description="Two", bullets=("Three", "Four"), options=options)
        self.assertEqual(product.search_text, "one two three color: five, and size: six, ten")


if __name__ == "__main__":
    unittest.main()
