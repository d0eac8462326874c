"""Where a server is, and what of that may be said aloud."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

PORTS = {"http": 80, "https": 443}
# A URL is of these characters; others would end up in the request as they are.
PRINTABLE = re.compile(r"[!-~]+")


class BadAddress(Exception):
    """A URL that no request can be sent to; the words never quote it."""


@dataclass(frozen=True)
class Address:
    """A server's URL in parts. Only `origin` is for messages: the rest may hold a key or a password."""

    scheme: str
    host: str
    port: int
    prefix: str
    query: str
    headers: dict[str, str]
    secrets: tuple[str, ...]

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    def target(self, path: str, parameters: dict[str, int]) -> str:
        """What a request line asks for: the path below the URL's own, with the URL's parameters first."""
        query = "&".join(part for part in (self.query, urlencode(parameters)) if part)
        return self.prefix + path + (f"?{query}" if query else "")

    def hide(self, text: str) -> str:
        """A text of the server without what the URL keeps secret."""
        for secret in self.secrets:
            text = text.replace(secret, "…")
        return text


def read_address(url: str) -> Address:
    """The address that a URL is.

    Raises:
        BadAddress: it is none, or not one of http or https.
    """
    if not PRINTABLE.fullmatch(url):
        raise BadAddress("the URL is empty or has spaces, control characters or others beyond ASCII")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        # Without the reason, which quotes the URL.
        raise BadAddress("the URL's host or port is none; it looks like http://HOST:PORT") from None
    if parts.scheme not in PORTS or "://" not in url:
        raise BadAddress("the URL has to begin with http:// or https://")
    if not host or port == 0:
        raise BadAddress("the URL has no host, or port 0; it looks like http://HOST:PORT")
    if parts.fragment:
        raise BadAddress("the URL has a fragment (#…), which no server gets to see")
    prefix = parts.path.rstrip("/")
    return Address(
        parts.scheme, host, port or PORTS[parts.scheme], prefix, parts.query, headers(parts), secrets(parts)
    )


def credentials(parts: SplitResult) -> str | None:
    """User and password as they are sent, if the URL has them."""
    if parts.username is None and parts.password is None:
        return None
    pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return base64.b64encode(pair.encode()).decode()


def headers(parts: SplitResult) -> dict[str, str]:
    """What every request says beside its body."""
    sent = credentials(parts)
    return {} if sent is None else {"Authorization": f"Basic {sent}"}


def secrets(parts: SplitResult) -> tuple[str, ...]:
    """Texts that no message may hold, the longest first: what a shorter one is part of goes as a whole."""
    raw = [parts.username, parts.password, credentials(parts), parts.query, parts.path.strip("/")]
    raw += [value for _, value in parse_qsl(parts.query)]
    known = {text for text in raw if text} | {unquote(text) for text in raw if text}
    return tuple(sorted(known, key=lambda text: (-len(text), text)))
