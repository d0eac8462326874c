"""What the misbehaving server does, by the name of the scenario, and what it has seen of each label."""

from __future__ import annotations

import json
import select
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import hostile_code
from model_answers import BEAR, DEADLY, ERRAND, FORGER, SHOPPER, expansion, forgery, forms, revealing, said

if TYPE_CHECKING:
    from misbehaving_server import Handler

Reply = Callable[["Handler", "Seen"], None]

KEY_ECHO = "Incorrect API key provided: {}. You can find your API key in your settings."
PAGE = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


class Seen:
    """What came in under one label."""

    def __init__(self) -> None:
        self.change = threading.Condition()
        self.count = 0
        self.now = 0
        self.most = 0
        self.authorization: str | None = None
        self.content_type: str | None = None
        self.body = ""
        self.answers = 0
        self.misdeeds: dict[str, int] = {}

    def facts(self) -> dict[str, Any]:
        names = ("count", "most", "authorization", "content_type", "body", "answers", "misdeeds")
        return {name: getattr(self, name) for name in names}


def completion(content: Any = "Hello.", **more: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}
    return {"id": "c-1", "model": "m-1", "choices": [choice], "usage": usage, "surprise": {"new": 1}, **more}


def error(message: str, code: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": "some_error", "code": code}}


def answer(handler: Handler, seen: Seen) -> None:
    handler.send(200, completion())


def failing(status: int, body: Any, **headers: str) -> Reply:
    """Always the same answer."""
    return lambda handler, seen: handler.send(status, body, **headers)


def passing(status: int, body: Any, times: int = 1, **headers: str) -> Reply:
    """The same answer so many times, then a completion."""

    def reply(handler: Handler, seen: Seen) -> None:
        if seen.count > times:
            answer(handler, seen)
        else:
            handler.send(status, body, **headers)

    return reply


def first(misdeed: Reply) -> Reply:
    """A misdeed, then a completion."""
    return lambda handler, seen: (misdeed if seen.count == 1 else answer)(handler, seen)


def stalled(handler: Handler, seen: Seen) -> None:
    handler.wait_until_client_leaves()


def stalled_in_body(handler: Handler, seen: Seen) -> None:
    handler.begin(200, length=1000)
    handler.wfile.write(b'{"id": ')
    handler.wait_until_client_leaves()


def reset(handler: Handler, seen: Seen) -> None:
    handler.reset()


def reset_in_body(handler: Handler, seen: Seen) -> None:
    """A reset may overtake what was sent before it, so the client sees half an answer or none."""
    handler.begin(200, length=1000)
    handler.wfile.write(b'{"id": ')
    handler.reset()


def closed_in_body(handler: Handler, seen: Seen) -> None:
    handler.begin(200, length=1000)
    handler.wfile.write(b'{"id": ')


def huge(handler: Handler, seen: Seen) -> None:
    handler.begin(200, length=50 << 20)
    handler.flood()


def huge_in_chunks(handler: Handler, seen: Seen) -> None:
    handler.begin(200, length=None)
    handler.flood()


def echo_key(handler: Handler, seen: Seen) -> None:
    key = (seen.authorization or "").removeprefix("Bearer ")
    handler.send(401, error(KEY_ECHO.format(key), "invalid_api_key"))


def echo_key_in_answer(handler: Handler, seen: Seen) -> None:
    key = (seen.authorization or "").removeprefix("Bearer ")
    reply = completion(f"Your key is {key}.", id=key, model=f"m-{key}")
    reply["choices"][0]["message"]["reasoning"] = f"They sent {key}"
    reply["choices"][0]["finish_reason"] = key
    handler.send(200, reply)


def echo_key_everywhere(handler: Handler, seen: Seen) -> None:
    key = (seen.authorization or "").removeprefix("Bearer ")
    padding = "x" * 290
    bodies = [
        (500, error(f"{padding} {key}", key)),
        (502, f"<html><title>{key}</title>{key}</html>"),
        (500, key),
        (200, f"{key} is no JSON"),
        (200, {"error": key}),
        (200, completion(None, choices=[{"message": {"content": None}, "finish_reason": key}])),
    ]
    status, body = bodies[(seen.count - 1) % len(bodies)]
    handler.send(status, body)


def say(handler: Handler, seen: Seen) -> None:
    """The program that the label holds."""
    handler.send(200, completion(said(handler.path.split("/")[2])))


def reveal(handler: Handler, seen: Seen) -> None:
    """An answer that holds the key in all its forms, wherever one can be."""
    key = (seen.authorization or "").removeprefix("Bearer ")
    everything = " ".join(forms(key))
    reply = completion(revealing(key), id=everything, model=everything, extra=everything)
    reply["choices"][0]["message"]["reasoning"] = everything
    reply["choices"][0]["finish_reason"] = everything
    reply["usage"]["note"] = everything
    handler.send(200, reply, X_Request_Id=key, WWW_Authenticate=f"Bearer {key}")


def reveal_in_errors(handler: Handler, seen: Seen) -> None:
    """An error for each form of the key, in turn, and the key in all headers."""
    key = (seen.authorization or "").removeprefix("Bearer ")
    every = forms(key)
    form = every[(seen.count - 1) % len(every)]
    body = [error(form, form), f"<html><title>{form}</title></html>", form][seen.count % 3]
    status = 307 if seen.count > 2 * len(every) else 500
    where = "http://127.0.0.1/" + form.replace("\n", "")
    handler.send(status, body, Location=where, WWW_Authenticate=f"Bearer {key}", Retry_After_X=key)


def in_threes(handler: Handler, seen: Seen) -> None:
    """Holds every request until three are there, and a moment longer, in which more could come."""
    rounds = (seen.count + 2) // 3
    with seen.change:
        seen.change.wait_for(lambda: seen.count >= rounds * 3, timeout=10)
    select.select([], [], [], 0.03)
    answer(handler, seen)


def storm(handler: Handler, seen: Seen) -> None:
    """Every other request meets with a misdeed; the others get answers of which an episode takes nine."""
    with seen.change:
        name = misdeed(handler.number // 2) if handler.number % 2 else ""
        if name:
            seen.misdeeds[name] = seen.misdeeds.get(name, 0) + 1
    if name in SCENARIOS:
        SCENARIOS[name](handler, seen)
        given = name in UNTAGGED
    else:
        handler.send(200, completion(expansion(handler.body, DEADLY.get(name))))
        given = True
    with seen.change:
        seen.answers += given


def neighbours(is_hostile: bool) -> Reply:
    """A model that is honest in some episodes, and in the others hostile or of no use."""

    def reply(handler: Handler, seen: Seen) -> None:
        prompt = "\n".join(message["content"] for message in json.loads(handler.body)["messages"])
        handler.send(200, completion(hostile_code.answer(prompt, is_hostile=is_hostile)))

    return reply


def misdeed(number: int) -> str:
    """What goes wrong at the misdeed of that number: what costs most comes least often."""
    if number % 250 == 249:
        return ("expired-key", "wrong-model")[number // 250 % 2]
    if number % 100 == 24:
        return "endless-loop"
    return OFTEN[number % len(OFTEN)]


TOO_LONG = "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens."
PARTS = [{"type": "text", "text": "Hel"}, {"type": "image"}, {"type": "text", "text": "lo."}]
REFUSAL = {"message": {"content": None, "refusal": "I will not."}, "finish_reason": "stop"}
SLOW_DOWN = error("Slow down.", "rate_limit_exceeded")

SCENARIOS: dict[str, Reply] = {
    "answer": answer,
    "bear": failing(200, completion(BEAR)),
    "errand": failing(200, completion(ERRAND)),
    "shopper": failing(200, completion(SHOPPER)),
    "forged-turns": lambda handler, seen: handler.send(200, completion(forgery(handler.body))),
    "forger": failing(200, completion(FORGER)),
    "untagged": failing(200, completion("No tags at all.")),
    "empty": failing(200, completion("")),
    "parts": failing(200, completion(PARTS)),
    "refusal": failing(200, completion(choices=[REFUSAL])),
    "no-usage": failing(200, completion(usage=None)),
    "odd-usage": failing(200, completion(usage={"prompt_tokens": -4, "completion_tokens": "many"})),
    "odd-types": failing(200, completion(id=7, model=["m"], created="yesterday")),
    "429": failing(429, SLOW_DOWN),
    "429-once": passing(429, SLOW_DOWN),
    "429-wait": passing(429, SLOW_DOWN, Retry_After="1"),
    "429-wait-ms": passing(429, SLOW_DOWN, Retry_After="100", retry_after_ms="20"),
    "429-wait-date": passing(429, SLOW_DOWN, Retry_After="Sun, 06 Nov 1994 08:49:37 GMT"),
    "429-wait-long": failing(429, SLOW_DOWN, Retry_After="3600"),
    "quota": failing(429, error("You exceeded your current quota.", "insufficient_quota")),
    "500": failing(500, error("The server had an error.")),
    "500-twice": passing(500, error("The server had an error."), times=2),
    "529": failing(529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
    "503-plain": failing(503, "upstream\x1b[31m connect\r\nerror"),
    "502-page": failing(502, PAGE),
    "200-page": failing(200, PAGE),
    "200-error": failing(200, {"error": {"message": "No provider.", "code": 503}}),
    "200-empty": failing(200, ""),
    "stalled": stalled,
    "stalled-once": first(stalled),
    "stalled-in-body": stalled_in_body,
    "reset": reset,
    "reset-once": first(reset),
    "reset-in-body": reset_in_body,
    "reset-in-body-once": first(reset_in_body),
    "closed-in-body": closed_in_body,
    "truncated": failing(200, json.dumps(completion())[:60]),
    "truncated-once": passing(200, json.dumps(completion())[:60]),
    "no-choices": failing(200, completion(choices=[])),
    "null-content": failing(200, completion(None)),
    "null-once": passing(200, completion(None)),
    "null-content-length": failing(
        200, completion(choices=[{"message": {"content": None}, "finish_reason": "length"}])
    ),
    "huge": huge,
    "huge-in-chunks": huge_in_chunks,
    "invalid-utf8": failing(200, json.dumps(completion("?")).encode().replace(b"?", b"\xff\xfe")),
    "wrong-model": failing(404, error("The model `m` does not exist.", "model_not_found")),
    "no-page": failing(404, {"detail": "Not Found"}),
    "expired-key": echo_key,
    "gemini-key": failing(400, [{"error": {"code": 400, "message": "API key not valid.", "status": "X"}}]),
    "forbidden": failing(403, {"message": "Not allowed."}),
    "unpaid": failing(402, {"error": "Insufficient balance"}),
    "redirect": failing(307, "", Location="/answer/target/v1/chat/completions?token=secret"),
    "too-long": failing(400, error(TOO_LONG, "context_length_exceeded")),
    "too-long-words": failing(400, {"object": "error", "message": "prompt is too long: 9 > 8", "code": 400}),
    "too-large": failing(413, "<html><title>413 Request Entity Too Large</title></html>"),
    "bad-request": failing(400, error("temperature must be at most 2")),
    "bad-list": failing(
        422,
        {"detail": [{"loc": ["body", "top_p"], "msg": "Input should be a number", "type": "float_parsing"}]},
    ),
    "echo": echo_key_in_answer,
    "echo-everywhere": echo_key_everywhere,
    "say": say,
    "reveal": reveal,
    "reveal-in-errors": reveal_in_errors,
    "shout": failing(500, error("\x1b]0;FORGED\x07\x1b[2J\nrecode-data: error: FORGED\r\u202e\u2028\x9b31m")),
    "shout-page": failing(502, "<html><title>\x1b[2J\nrecode-data: FORGED\u2029</title></html>"),
    "shout-plain": failing(500, "\x1b[8m\nrecode-data: FORGED\n\r\x9b2J" + "x\n" * 4000),
    "shout-refusal": failing(400, error("\x1b[1A\nrecode-data: 99 episodes, FORGED\u2066\u200b", "\x1b[2J")),
    "shout-end": failing(
        200,
        completion(choices=[{"message": {"content": None}, "finish_reason": "\x1b[2J\nrecode-data: FORGED"}]),
    ),
    "shout-place": failing(307, "", Location="http://x/\x1b[2J\x9b\tFORGED"),
    "threes": in_threes,
    "429-wait-always": failing(429, SLOW_DOWN, Retry_After="1"),
    "storm": storm,
    "hostile-neighbours": neighbours(is_hostile=True),
    "quiet-neighbours": neighbours(is_hostile=False),
}

UNTAGGED = ("untagged", "empty")
OFTEN = (
    *("429", "429-wait-always", "500", "529", "503-plain", "502-page", "200-page", "200-error", "200-empty"),
    *("stalled", "stalled-in-body", "reset", "reset-in-body", "closed-in-body", "truncated", "no-choices"),
    *("null-content", "null-content-length", "invalid-utf8", "huge", "huge-in-chunks", "too-long"),
    *UNTAGGED,
    *(name for name in DEADLY if name != "endless-loop"),
)
