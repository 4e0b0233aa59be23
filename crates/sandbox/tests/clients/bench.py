"""What every Python session shares: people moved by hand, a webhook to push to, and the count.

Stdlib only. A session is `session.py http://127.0.0.1:8081 123456:TOKEN`; it prints
"N passed, N failed" and exits with 1 if anything failed.
"""

import json
import queue
import struct
import threading
import urllib.error
import urllib.parse
import urllib.request
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STEP_TIMEOUT_S = 20
SECRET = "webhook_secret-1"


class Report:
    def __init__(self, name):
        self.name = name
        self.passed = 0
        self.failed = []

    def check(self, name, holds, seen=None):
        if holds:
            self.passed += 1
        else:
            self.failed.append(name)
            print(f"failed: {self.name}: {name}: {seen!r}")

    def end(self):
        print(f"{self.name}: {self.passed} passed, {len(self.failed)} failed")
        return 1 if self.failed else 0


class Person:
    """One person of the sandbox."""

    def __init__(self, base, told):
        self.base = base
        self.id = told["id"]
        self.first_name = told["first_name"]

    def act(self, name, **body):
        return post(f"{self.base}/sandbox/people/{self.id}/{name}", json.dumps(body).encode())

    def send(self, content, **query):
        address = f"{self.base}/sandbox/people/{self.id}/send?" + urllib.parse.urlencode(query)
        return post(address, content)


def post(address, body):
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return json.load(error)


class People:
    """Gives another person each time: one chat takes only so many messages."""

    def __init__(self, base, skip):
        with urllib.request.urlopen(f"{base}/sandbox/people") as answer:
            told = [json.loads(line) for line in answer.read().decode().splitlines()]
        usable = [one for one in told if not one["is_blocking"] and not one["is_deactivated"]]
        # Each session has its own part of the people.
        self.left = [Person(base, one) for one in usable[skip:]]

    def next(self):
        person = self.left.pop(0)
        person.act("start")
        return person


def picture(width=640, height=480):
    """A PNG in one colour."""
    rows = b"".join(b"\0" + bytes((60, 120, 200)) * width for _ in range(height))

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


VIDEO = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 200
DOCUMENT = "Prices, 价格\n".encode()

# One text with every kind of style, in each format, and the entities that it must become.
HTML = '<b>Hi</b> 🙂 <i>there</i> <code>x_y</code> <a href="https://example.com/a">shop</a>'
MARKDOWN_V2 = "*Hi* 🙂 _there_ `x_y` [shop](https://example.com/a)"
MARKDOWN = MARKDOWN_V2
PLAIN = "Hi 🙂 there x_y shop"
ENTITIES = [("bold", 0, 2), ("italic", 6, 5), ("code", 12, 3), ("text_link", 16, 4)]
BAD_MARKDOWN = "1.5 of *it"
BAD_MARKDOWN_ERROR = "Character '.' is reserved and must be escaped with the preceding '\\'"


class Hook:
    """A webhook on this machine that keeps what it is sent; `status` is what it answers."""

    def __init__(self):
        self.pushed = queue.Queue()
        self.status = 200
        hook = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.pushed.put((self.headers.get("X-Telegram-Bot-Api-Secret-Token"), json.loads(body)))
                self.send_response(hook.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self, wanted):
        """The next update that is wanted; other people's may come between."""
        while True:
            secret, update = self.pushed.get(timeout=STEP_TIMEOUT_S)
            if wanted(update):
                return secret, update

    def close(self):
        self.server.shutdown()


def text_of(update):
    return (update.get("message") or {}).get("text")
