"""A small file server on the loopback interface that can misbehave like the real ones."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FileServer:
    """What the server offers and how it behaves; `requests` notes path and Range header of each call."""

    files: dict[str, bytes]
    cut_after: int | None = None
    """Close the line after so many bytes of the body, once for each entry of `cuts`."""
    cuts: int = 0
    etag: str = '"one"'
    ranges: bool = True
    status: int = 200
    rounds: int = 0
    """Tell no length, and send the body so many times."""
    requests: list[tuple[str, str]] = field(default_factory=list)
    address: str = ""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        # Clients that hang up are what some tests are about.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def serve_files(files: dict[str, bytes]) -> Iterator[FileServer]:
    """Serve until the block ends."""
    state = FileServer(files)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = self.headers.get("Range", "")
            state.requests.append((self.path, asked))
            content = state.files.get(self.path.lstrip("/"))
            if content is None or state.status != 200:
                self.send_response(404 if content is None else state.status)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if state.rounds:
                self.send_response(200)
                self.end_headers()
                self.close_connection = True
                for _ in range(state.rounds):
                    self.wfile.write(content)
                return
            start = self._choose_start(asked)
            if start >= len(content) and start:
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(content)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            if state.etag:
                self.send_header("ETag", state.etag)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            body = content[start:]
            if state.cut_after is not None and state.cuts > 0:
                state.cuts -= 1
                body = body[: state.cut_after]
                self.close_connection = True
            self.wfile.write(body)

        def _choose_start(self, asked: str) -> int:
            match = re.fullmatch(r"bytes=(\d+)-", asked)
            same = self.headers.get("If-Range") == state.etag
            return int(match[1]) if match and same and state.ranges else 0

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
