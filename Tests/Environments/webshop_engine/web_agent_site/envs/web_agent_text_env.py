"""What the adapter uses of the original engine's module of this name: `WebAgentTextEnv` and its server.

Written for tests from what the original documents of itself: names, arguments, what is kept where, buttons,
the words of pages, white space that comes and goes. Its search and its reward are simple ones of its own.
Like the original it prints while it loads, draws price caps before it seeds anything, and puts goals in order
by seed 233.
"""

from __future__ import annotations

import json
import os
import random
import re
import string
from pathlib import Path
from typing import Any

DATA = Path(os.environ.get("STAND_IN_DATA", Path(__file__).resolve().parents[3] / "webshop_catalogue"))
LEVELS = ("category", "query", "product_category")
SUB_PAGES = ("description", "features", "reviews")


def load_products(data: Path) -> list[dict[str, Any]]:
    """The products, with the keys that the original adds."""
    attributes = json.loads((data / "items_ins_v2.json").read_bytes())
    human = json.loads((data / "items_human_ins.json").read_bytes())
    products: dict[str, dict[str, Any]] = {}
    for product in json.loads((data / "items_shuffle.json").read_bytes()):
        asin = product["asin"]
        if asin == "nan" or len(asin) > 10 or asin in products:
            continue
        parts = (product["pricing"] or "$100").split("$")[1:]
        pricing = [float(part.replace(",", "").replace("to", "")) for part in parts]
        bullets = product["small_description"]
        product.update(
            Title=product["name"],
            Description=product["full_description"],
            BulletPoints=bullets if isinstance(bullets, list) else [bullets],
            pricing=pricing,
            Price=" to ".join(f"${price}" for price in pricing),
            Rating="N.A.",
            query=product["query"].lower().strip(),
            options={
                name.lower(): [value["value"].strip().replace("/", " | ").lower() for value in values]
                for name, values in (product["customization_options"] or {}).items()
                if values
            },
            Attributes=attributes.get(asin, {}).get("attributes", ["DUMMY_ATTR"]),
        )
        if asin in human:
            product["instructions"] = human[asin]
        products[asin] = product
    print("All products loaded")
    return list(products.values())


def human_goals(products: list[dict[str, Any]], prices: dict[str, float]) -> list[dict[str, Any]]:
    """The goals that people wrote, with caps from whatever state the generator is in."""
    goals = []
    for product in products:
        for written in product.get("instructions", []):
            if not written["instruction_attributes"]:
                continue
            above = [10.0 * tens for tens in range(1, 100) if 10.0 * tens > prices[product["asin"]]][:4]
            cap, words = 1000000.0, ""
            if len(above) >= 2:
                cap = max(random.sample(above, 2))
                words = f", and price lower than {cap:.2f} dollars"
            keys = ("asin", "category", "query", "name", "product_category")
            goals.append(
                {
                    **{key: product[key] for key in keys},
                    "instruction_text": written["instruction"].strip(".") + words,
                    "attributes": written["instruction_attributes"],
                    "price_upper": cap,
                    "goal_options": written["instruction_options"],
                    "weight": 1,
                }
            )
    return goals


class SimServer:
    """The server: products, goals, and what the sessions are at."""

    def __init__(self, human: bool, show_attrs: bool) -> None:
        self.all_products = load_products(DATA)
        self.product_item_dict = {product["asin"]: product for product in self.all_products}
        ends = {asin: product["pricing"] for asin, product in self.product_item_dict.items()}
        self.product_prices = {asin: random.uniform(prices[0], prices[-1]) for asin, prices in ends.items()}
        assert human, "the stand-in has goals of people alone"
        self.goals = human_goals(self.all_products, self.product_prices)
        self.show_attrs = show_attrs
        random.seed(233)
        random.shuffle(self.goals)
        print(f"Loaded {len(self.goals)} goals.")
        self.user_sessions: dict[str, dict[str, Any]] = {}

    def search(self, words: str) -> list[str]:
        """Products by how many of the words they have."""
        counts = {}
        for product in self.all_products:
            text = (product["Title"] + product["Description"]).lower()
            counts[product["asin"]] = sum(word in text for word in words.split())
        return [asin for asin in sorted(counts, key=lambda asin: -counts[asin]) if counts[asin]]

    def reward(self, state: dict[str, Any]) -> float:
        """Exact matches alone."""
        goal, product = state["goal"], self.product_item_dict[state["asin"]]
        wanted = goal["goal_options"]
        wanted = list(wanted.values()) if isinstance(wanted, dict) else wanted
        hits = sum(name in product["Attributes"] for name in goal["attributes"])
        hits += sum(value in state["options"].values() for value in wanted)
        hits += self.product_prices[state["asin"]] <= goal["price_upper"]
        same = product["query"] == goal["query"]
        return float(same * hits / (len(goal["attributes"]) + len(wanted) + 1))


class WebAgentTextEnv:
    """One shopper at the server."""

    def __init__(
        self, observation_mode: str = "html", server: SimServer | None = None, **kwargs: Any
    ) -> None:
        assert observation_mode == "text_rich", "the stand-in has no other"
        self.observation_mode = observation_mode
        self.kwargs = kwargs
        self.server = server or SimServer(kwargs["human_goals"], kwargs.get("show_attrs", False))
        self.session_prefix = kwargs.get("session_prefix")
        self.reset()

    def reset(self, session: int | str | None = None) -> tuple[str, None]:
        self.session = (
            "".join(random.choices(string.ascii_lowercase, k=10)) if session is None else str(session)
        )
        if self.session_prefix is not None:
            self.session = self.session_prefix + self.session
        if self.session not in self.server.user_sessions:
            number = session if isinstance(session, int) else random.randrange(len(self.server.goals))
            self.server.user_sessions[self.session] = {"goal": self.server.goals[number]}
        self.begin()
        return self.observation, None

    def begin(self) -> None:
        self.page = "search"
        self.state.update(keywords=None, page=None, asin=None, asins=set(), options={}, found=[])

    @property
    def state(self) -> dict[str, Any]:
        return self.server.user_sessions[self.session]

    def step(self, action: str) -> tuple[str, float, bool, None]:
        reward, done = 0.0, False
        match = re.match(r"(.+)\[(.+)\]", action)
        name, argument = (match[1], match[2].lower()) if match else (action, None)
        if name == "search" and argument:
            self.results(self.server.search(argument), 1)
        elif name == "click" and argument and argument in self.labels():
            reward, done = self.click(argument)
        return self.observation, reward, done, None

    def results(self, found: list[str], page: int) -> None:
        self.page = "results"
        self.state.update(found=found, page=page, asin=None, options={})

    def click(self, label: str) -> tuple[float, bool]:
        state = self.state
        if label == "buy now":
            self.page = "done"
            return self.server.reward(state), True
        if label == "back to search":
            self.begin()
        elif label in ("next >", "< prev") and self.page == "results":
            self.results(state["found"], state["page"] + (1 if label == "next >" else -1))
        elif label == "< prev" and self.page == "item":
            self.results(state["found"], state["page"])
        elif label in (*SUB_PAGES, "attributes"):
            self.page = label
        else:
            self.open_or_choose(label)
        return 0.0, False

    def open_or_choose(self, label: str) -> None:
        state = self.state
        if self.page == "results":
            state["asin"] = label.upper()
            state["asins"].add(state["asin"])
        elif self.page == "item":
            options = self.server.product_item_dict[state["asin"]]["options"]
            state["options"][[name for name, values in options.items() if label in values][-1]] = label
        self.page = "item"

    def labels(self) -> set[str]:
        return set(self.get_available_actions()["clickables"]) - {"search"}

    def get_available_actions(self) -> dict[str, Any]:
        labels = re.findall(r"\[(?:clicked )?button\] (.*?) \[(?:clicked )?button_\]", self.observation)
        return {"has_search_bar": self.page == "search", "clickables": [label.lower() for label in labels]}

    @property
    def observation(self) -> str:
        """The page, with white space where the original's templates leave it."""
        if self.page == "done":
            reward = self.server.reward(self.state)
            return f"Thank you for shopping with us!\nYour code: \nNone\nYour score\n{reward}\n"
        instruction = self.state["goal"]["instruction_text"]
        if self.page == "search":
            return (
                f"\n      \nWebShop\nInstruction: \n{instruction}\n        \n[button] Search [button_]\n  \n"
            )
        lines = {"results": self.result_lines, "item": self.item_lines}.get(self.page, self.about_lines)()
        told = "".join(f"You have clicked {value}.\n" for value in reversed(self.state["options"].values()))
        head = f"Instruction: \n{instruction}\n        \n[button] Back to Search [button_]\n"
        return (told if self.page == "item" else "") + head + "\n".join(lines) + "\n     \n"

    def result_lines(self) -> list[str]:
        state = self.state
        lines = [f"Page {state['page']} (Total results: {len(state['found'])})"]
        lines += ["[button] < Prev [button_]"] * (state["page"] > 1)
        lines += ["[button] Next > [button_]"] * (state["page"] * 10 < len(state["found"]))
        for asin in state["found"][(state["page"] - 1) * 10 : state["page"] * 10]:
            product = self.server.product_item_dict[asin]
            mark = "clicked button" if asin in state["asins"] else "button"
            lines += [f"\n[{mark}] {asin} [{mark}_]", product["Title"], product["Price"]]
        return lines

    def item_lines(self) -> list[str]:
        product = self.server.product_item_dict[self.state["asin"]]
        lines = ["[button] < Prev [button_]"]
        for name, values in product["options"].items():
            lines.append(name)
            marks = [
                "clicked button" if value in self.state["options"].values() else "button" for value in values
            ]
            lines += [f"  [{mark}] {value} [{mark}_]" for mark, value in zip(marks, values, strict=True)]
        lines += [product["Title"], f"Price: {product['Price']}", f"Rating: {product['Rating']}"]
        labels = [*SUB_PAGES, *["attributes"] * self.server.show_attrs, "buy now"]
        return lines + [f"[button] {label.title()} [button_]" for label in labels]

    def about_lines(self) -> list[str]:
        product = self.server.product_item_dict[self.state["asin"]]
        contents = {
            "description": [f"\n   {product['Description'] or 'No Description'}\n   "],
            "features": [f" {bullet}" for bullet in product["BulletPoints"]] or ["No Features"],
            "reviews": ["No reviews found"],
            "attributes": [*product["Attributes"], *(product[key] for key in LEVELS)],
        }
        return ["[button] < Prev [button_]", *contents[self.page]]
