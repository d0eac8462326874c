"""Requests to a server, each on a connection of its own, and what can go wrong with them.

A connection that is kept could be closed by the server just when a step is sent: then nobody knows whether
the step was taken. With a new one for each request, what was refused was not sent.
"""

from __future__ import annotations

import http.client
import json
import ssl
import time
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from recode_environments.agentgym.address import Address

# Bytes: an answer is no longer.
ANSWER_LIMIT = 16 << 20
CHUNK = 1 << 16
# Seconds: the first pause before another try, and the longest.
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 4.0
# Statuses below 500 that say "later".
LATER = (408, 425, 429)

T = TypeVar("T")


class ServerTrouble(Exception):
    """An episode cannot go on because of its server; it ends the process, which the host starts anew."""


class NotSent(ServerTrouble):
    """There was no connection, so the server cannot have seen the request."""


class Passing(ServerTrouble):
    """What may pass: too slow, 5xx, a broken answer. The server may have done what was asked."""


class TurnedDown(ServerTrouble):
    """A status of 4xx: the request is not one of this server."""


class BadAnswer(ServerTrouble):
    """An answer that is not what it should be, and would not be next time."""


class LostEpisode(ServerTrouble):
    """The server has lost the environment of an episode, or the episode."""


class Client:
    """Sends requests to one server."""

    def __init__(
        self,
        address: Address,
        timeout: float,
        retries: int,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """
        Parameters:
            timeout: seconds one try may take.
            retries: how often a request is tried again.
        """
        self.address, self.timeout, self.retries, self.sleep = address, timeout, retries, sleep

    def patiently(self, attempt: Callable[[], T], again: tuple[type[ServerTrouble], ...]) -> T:
        """What an attempt gives, which is made again after a growing pause where it fails in certain ways."""
        for number in range(self.retries):
            try:
                return attempt()
            except again:
                self.sleep(min(FIRST_PAUSE * 2**number, LONGEST_PAUSE))
        try:
            return attempt()
        except again as trouble:
            raise type(trouble)(f"{trouble} (tries: {self.retries + 1})") from None

    def get(self, path: str, parameters: dict[str, int]) -> Any:
        """What a GET answers, tried again where the trouble may pass."""
        return self.patiently(lambda: self.once("GET", path, parameters=parameters), (NotSent, Passing))

    def once(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        parameters: dict[str, int] | None = None,
        timeout: float | None = None,
    ) -> Any:
        """The value of one answer.

        Raises:
            NotSent, Passing, TurnedDown, BadAnswer: there is none.
        """
        what = f"{method} {path} at {self.address.origin}"
        deadline = time.monotonic() + (timeout or self.timeout)
        connection = self.connect(what, timeout or self.timeout)
        try:
            self.send(connection, method, self.address.target(path, parameters or {}), body)
            return self.receive(connection, what, deadline)
        except TimeoutError:
            raise Passing(f"{what}: no whole answer within {timeout or self.timeout:g} s") from None
        except (OSError, http.client.HTTPException) as problem:
            # Its type alone: some of these quote what was sent or received.
            raise Passing(f"{what}: the connection broke ({type(problem).__name__})") from None
        finally:
            connection.close()

    def connect(self, what: str, timeout: float) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self.address.scheme == "https" else http.client.HTTPConnection
        connection = kind(self.address.host, self.address.port, timeout=timeout)
        try:
            connection.connect()
        except ssl.SSLCertVerificationError as problem:
            raise BadAnswer(f"{what}: the certificate is not accepted: {problem.verify_message}") from None
        except (OSError, UnicodeError) as problem:
            words = getattr(problem, "strerror", None) or type(problem).__name__
            raise NotSent(f"{what}: no connection ({words}); is the server up, the URL right?") from None
        return connection

    def send(
        self, connection: http.client.HTTPConnection, method: str, target: str, body: dict[str, Any] | None
    ) -> None:
        headers = {**self.address.headers, "Accept": "application/json", "Connection": "close"}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        elif method == "POST":
            data = b""
        connection.request(method, target, body=data, headers=headers)

    def receive(self, connection: http.client.HTTPConnection, what: str, deadline: float) -> Any:
        # Kept, because the connection lets go of it as soon as the answer has begun.
        sock = connection.sock
        answer = connection.getresponse()
        if answer.status != 200:
            turn_down(what, answer.status)
        if (answer.length or 0) > ANSWER_LIMIT:
            raise too_long(what)
        data = bytearray()
        while chunk := answer.read1(CHUNK):
            data += chunk
            if len(data) > ANSWER_LIMIT:
                raise too_long(what)
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            sock.settimeout(left)
        if answer.length:
            raise Passing(f"{what}: the answer ends {answer.length} bytes too early")
        return read_value(what, bytes(data))


def turn_down(what: str, status: int) -> NoReturn:
    """Raises what a status other than 200 means. The page that comes with it is not read."""
    if status >= 500 or status in LATER:
        raise Passing(f"{what}: status {status}")
    if 300 <= status < 400:
        raise BadAnswer(
            f"{what}: status {status}, a redirect, and none is followed; give --url of where it leads"
        )
    if status in (401, 403):
        raise TurnedDown(f"{what}: status {status}; the server wants a password or key in --url")
    raise TurnedDown(
        f"{what}: status {status}; is the server of this --kind, and --url the whole of its URL?"
    )


def too_long(what: str) -> BadAnswer:
    return BadAnswer(f"{what}: the answer is longer than {ANSWER_LIMIT >> 20} MiB")


def read_value(what: str, data: bytes) -> Any:
    """The JSON value of an answer.

    Raises:
        Passing: it is none, which a proxy's page or a cut answer is not either.
    """
    try:
        return json.loads(data.decode(), parse_constant=no_number)
    except (ValueError, RecursionError):
        raise Passing(f"{what}: the answer is no JSON ({len(data)} bytes)") from None


def no_number(name: str) -> NoReturn:
    """Refuses NaN and the infinities, which JSON does not have."""
    raise ValueError(name)
