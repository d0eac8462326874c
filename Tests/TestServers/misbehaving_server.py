"""A chat-completions server that misbehaves on purpose, for tests.

POST /SCENARIO/LABEL/v1/chat/completions plays a scenario; every label has counts of its own.
GET /seen/SCENARIO/LABEL tells what came in: how many requests, how many at a time, the last one's key and
body; of a storm also how many answers and which misdeeds it gave. GET /wait/SCENARIO/LABEL/N tells the same
once there were N requests.

With the name of a folder, and of a host (IP:127.0.0.1, DNS:example.org), it also listens for https, with
a certificate for that host, which it signs itself and leaves there as certificate.pem.

Prints its port, or both, and ends when its standard input does, or after half an hour.
"""

from __future__ import annotations

import json
import os
import select
import socket
import ssl
import struct
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from misdeeds import SCENARIOS, Seen


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    places: dict[str, Seen] = {}  # noqa: RUF012
    number = 0  # of the request under its label, from 0
    body = ""
    lock = threading.Lock()

    def place(self, scenario: str, label: str) -> Seen:
        with self.lock:
            return self.places.setdefault(f"{scenario}/{label}", Seen())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        scenario, label = self.path.split("/")[1:3]
        seen = self.place(scenario, label)
        self.body = body.decode()
        with seen.change:
            self.number = seen.count
            seen.count += 1
            seen.now += 1
            seen.most = max(seen.most, seen.now)
            seen.authorization = self.headers["Authorization"]
            seen.content_type = self.headers["Content-Type"]
            seen.body = self.body
            seen.change.notify_all()
        try:
            SCENARIOS[scenario](self, seen)
        except OSError:
            self.close_connection = True
        finally:
            with seen.change:
                seen.now -= 1

    def do_CONNECT(self) -> None:
        """A proxy whose every host is this server, but that 127.0.0.1 has its own port."""
        self.close_connection = True
        host, port = self.path.rsplit(":", 1)
        address = (host, int(port)) if host == "127.0.0.1" else self.connection.getsockname()[:2]
        seen = self.place("proxied", port)
        with seen.change:
            seen.count += 1
        with socket.create_connection(address) as target:
            self.send_response(200)
            self.end_headers()
            ends = {self.connection: target, target: self.connection}
            while True:
                for end in select.select(list(ends), [], [], 30)[0]:
                    data = end.recv(1 << 16)
                    if not data:
                        return
                    ends[end].sendall(data)

    def do_GET(self) -> None:
        question, scenario, label, *number = self.path.strip("/").split("/")
        seen = self.place(scenario, label)
        with seen.change:
            if question == "wait":
                seen.change.wait_for(lambda: seen.count >= int(number[0]), timeout=30)
            facts = seen.facts()
        self.send(200, facts)

    def send(self, status: int, body: Any, **headers: str) -> None:
        if isinstance(body, bytes):
            data = body
        else:
            data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.begin(status, length=len(data), close=False, **headers)
        self.wfile.write(data)

    def begin(self, status: int, length: int | None, close: bool = True, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        if close or length is None:
            self.send_header("Connection", "close")
        self.end_headers()

    def flood(self) -> None:
        self.wfile.write(b'{"id": "')
        for _ in range(50):
            self.wfile.write(b"x" * (1 << 20))

    def wait_until_client_leaves(self) -> None:
        self.close_connection = True
        self.connection.settimeout(60)
        while self.connection.recv(1024):
            pass

    def reset(self) -> None:
        """Ends the connection with an error at the other end, not as closing does."""
        self.close_connection = True
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Broken connections are what this is about."""

    def shutdown_request(self, request: Any) -> None:
        if request.fileno() >= 0:
            super().shutdown_request(request)


def secured(server: Server, folder: str, host: str) -> Server:
    """Has a server speak TLS. It prefers HTTP/2, which it does not speak: a client must not offer it."""
    certificate, key = f"{folder}/certificate.pem", f"{folder}/key.pem"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=recode-data test", "-addext", f"subjectAltName={host}"]
    command = ["openssl", "req", "-x509", *kind, *names, "-keyout", key, "-out", certificate]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["h2", "http/1.1"])
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    return server


def main() -> None:
    servers = [Server(("127.0.0.1", 0), Handler)]
    if len(sys.argv) > 1:
        servers.append(secured(Server(("127.0.0.1", 0), Handler), *sys.argv[1:]))
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(*(server.server_address[1] for server in servers), flush=True)
    select.select([sys.stdin], [], [], 1800)


if __name__ == "__main__":
    main()
