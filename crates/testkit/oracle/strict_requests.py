"""Every request that Muster sends to the Bot API, checked by another project's types.

    python strict_requests.py MUSTER_BINARY [BOT_API.json]

Starts `muster sandbox` and `muster serve` with a reverse proxy between them, plays a scenario over the API and as the
sandbox's people, and validates each call: aiogram's method models with strict types and no unknown field, and, where
the file is given, the fields, types and ranges that the Bot API's documentation tells. Prints the calls by method and
"N passed, N failed"; the exit code is 1 if anything failed.
"""

import collections
import http.client
import http.server
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import aiogram.methods
import pydantic

TOKEN = "123456:STRICT-REQUESTS-SESSION-000000000000"
STEP_TIMEOUT_S = 30


class Report:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.calls = collections.Counter()
        self.lock = threading.Lock()

    def check(self, name, faults):
        with self.lock:
            if faults:
                self.failed += 1
                print(f"failed: {name}: {faults}")
            else:
                self.passed += 1


class Documentation:
    """The Bot API's own words about fields, types and ranges."""

    PRIMITIVE = {"Integer": int, "String": str, "Boolean": bool, "True": bool, "Float": (int, float)}

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            read = json.load(file)
        self.methods = {name.lower(): method for name, method in read["methods"].items()}
        self.types = read["types"]

    def faults(self, method, params):
        if method.lower() not in self.methods:
            return [f"the documentation knows no {method}"]
        faults = self.object(self.methods[method.lower()].get("fields", []), params, method)
        if "entities" in params:
            faults += self.entities(params["text"], params["entities"])
        return faults

    def object(self, fields, value, path):
        known = {field["name"]: field for field in fields}
        faults = [f"{path}.{name} is not documented" for name in value if name not in known]
        for name, field in known.items():
            if name in value:
                faults += self.field(field, value, f"{path}.{name}")
            elif field["required"]:
                faults.append(f"{path}.{name} is required")
        return faults

    def field(self, field, owner, path):
        value = owner[field["name"]]
        tried = [self.typed(kind, value, path) for kind in field["types"]]
        faults = min(tried, key=len)
        # A text with a parse mode is measured after parsing, which only the server can do.
        parsed = "after entities parsing" in field["description"] and owner.get("parse_mode")
        return faults + ([] if parsed else self.ranged(field["description"], value, path))

    def typed(self, kind, value, path):
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                return [f"{path} is no list"]
            inner = kind.removeprefix("Array of ")
            return [fault for place, one in enumerate(value) for fault in self.typed(inner, one, f"{path}.{place}")]
        if kind in self.PRIMITIVE:
            right = isinstance(value, self.PRIMITIVE[kind]) and (kind in ("Boolean", "True") or not isinstance(value, bool))
            return [] if right else [f"{path} is no {kind}"]
        if not isinstance(value, dict):
            return [f"{path} is no {kind}"]
        described = self.types[kind]
        if described.get("subtypes"):
            return min((self.typed(one, value, path) for one in described["subtypes"]), key=len)
        return self.object(described.get("fields", []), value, path)

    @staticmethod
    def ranged(description, value, path):
        found = re.search(r"(\d+)-(\d+) (characters|bytes)", description)
        if found and isinstance(value, str):
            low, high, unit = int(found[1]), int(found[2]), found[3]
            length = len(value.encode()) if unit == "bytes" else units(value)
            return [] if low <= length <= high else [f"{path} has {length} {unit}, not {low}-{high}"]
        found = re.search(r"[Vv]alues between (\d+)-(\d+)", description)
        if found and isinstance(value, int):
            return [] if int(found[1]) <= value <= int(found[2]) else [f"{path} is {value}, not {found[1]}-{found[2]}"]
        found = re.search(r"[Aa]t most (\d+) ", description)
        if found and isinstance(value, list):
            return [] if len(value) <= int(found[1]) else [f"{path} has {len(value)} entries, not at most {found[1]}"]
        return []

    @staticmethod
    def entities(text, entities):
        """Entities lie inside the text and split no character."""
        bounds, place = {0}, 0
        for character in text:
            place += units(character)
            bounds.add(place)
        wrong = [one for one in entities if not {one["offset"], one["offset"] + one["length"]} <= bounds or one["length"] < 1]
        return [f"entities outside the text or inside a character: {wrong}"] if wrong else []


def units(text):
    """Length as Telegram counts it: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def model_faults(method, body):
    model = getattr(aiogram.methods, method[:1].upper() + method[1:], None)
    if model is None:
        return [f"aiogram knows no {method}"]
    try:
        model.model_validate_json(body, strict=True, extra="forbid")
    except pydantic.ValidationError as error:
        return [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
    return []


# What the check itself must see, with and without the documentation.
BAD = [
    ("sendMessage", {"chat_id": 1, "text": "x", "strange": 1}),
    ("sendMessage", {"chat_id": 1, "text": 5}),
    ("sendMessage", {"chat_id": 1, "text": "x", "protect_content": "true"}),
    ("sendMessage", {"text": "x"}),
    ("sendMessage", {"chat_id": 1, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "url": "https://a.example", "x": 1}]]}}),
    ("sendMassage", {"chat_id": 1, "text": "x"}),
]
BAD_BY_DOCUMENTATION = [
    ("sendMessage", {"chat_id": 1, "text": "🏟" * 2049}),
    ("sendMessage", {"chat_id": 1, "text": ""}),
    ("sendMessage", {"chat_id": 1, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "é" * 33}]]}}),
    ("sendMessage", {"chat_id": 1, "text": "🏟", "entities": [{"type": "bold", "offset": 1, "length": 1}]}),
    ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}),
    ("getUpdates", {"limit": 101}),
]


def check_the_check(report, documentation):
    for method, params in BAD:
        report.check(f"the models see {params}", [] if model_faults(method, json.dumps(params).encode()) else ["unseen"])
    for method, params in BAD + BAD_BY_DOCUMENTATION if documentation else []:
        report.check(f"the documentation sees {params}", [] if documentation.faults(method, params) else ["unseen"])


def proxy(report, documentation, upstream_port):
    """A server that checks what passes and hands it on."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            method = self.path.rsplit("/", 1)[-1]
            kind = self.headers.get("Content-Type", "")
            if kind.split(";")[0] == "application/json":
                faults = model_faults(method, body)
                if documentation:
                    faults += documentation.faults(method, json.loads(body))
            else:
                faults = [f"a body of the kind {kind!r}, which this check cannot read"]
            with report.lock:
                report.calls[method] += 1
            report.check(f"{method} {body.decode(errors='replace')}", faults)
            self.hand_on(body)

        def hand_on(self, body):
            upstream = http.client.HTTPConnection("127.0.0.1", upstream_port, timeout=60)
            try:
                upstream.request("POST", self.path, body, {"Content-Type": self.headers["Content-Type"]})
                answer = upstream.getresponse()
                content = answer.read()
                self.send_response(answer.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                # One side went away: at the end of the session that is a long poll.
                self.close_connection = True
            finally:
                upstream.close()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def ask(method, url, body=None, headers=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | (headers or {})
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            content = answer.read()
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{method} {url}: {error.code} {error.read().decode()}") from error
    return content


def until(what, look):
    began = time.monotonic()
    while time.monotonic() - began < STEP_TIMEOUT_S:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise RuntimeError(f"waited in vain for {what}")


class Sandbox:
    def __init__(self, port):
        self.base = f"http://127.0.0.1:{port}/sandbox"

    def people(self):
        return [json.loads(line) for line in ask("GET", f"{self.base}/people").splitlines()]

    def act(self, person, name, **body):
        ask("POST", f"{self.base}/people/{person}/{name}", body)

    def received(self, person, words):
        lines = ask("GET", f"{self.base}/truth?id={person}").splitlines()
        received = json.loads(lines[0])["received"] if lines else []
        return [one for one in received if words in one["text"]]

    def press(self, person, words, text):
        message = until(f"the message {words!r}", lambda: self.received(person, words))[-1]
        data = next(button["data"] for button in message["buttons"] if button["text"] == text)
        self.act(person, "press", message_id=message["message_id"], data=data)


class Api:
    """The API as the console uses it: signed in as the owner."""

    def __init__(self, port, setup):
        self.base = f"http://127.0.0.1:{port}/api/v1"
        self.headers = {"Origin": f"http://127.0.0.1:{port}"}
        account = json.dumps({"name": "Strict", "email": "strict@lantern.example", "password": "a long enough password"})
        request = urllib.request.Request(f"{self.base}/setup/{setup}", account.encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            self.headers["Cookie"] = answer.headers["Set-Cookie"].split(";")[0]

    def get(self, path):
        return json.loads(ask("GET", self.base + path, headers=self.headers))

    def post(self, path, body):
        return json.loads(ask("POST", self.base + path, body, self.headers) or b"null")


MENU = {
    "start": "start",
    "nodes": {
        "start": {"type": "start", "triggers": [{"command": "start"}], "next": "hello"},
        "hello": {"type": "message", "next": "menu", "message": {
            "text": "<b>Hi {first_name|friend}</b>, <a href=\"https://lantern.example.com\">we</a> are <i>glad</i> 🏟", "format": "html",
            "buttons": [[{"text": "Our site", "url": "https://lantern.example.com/?a=1&b=2"}]]}},
        "menu": {"type": "menu", "message": {"text": "What do you like?"}, "columns": 2, "options": [
            {"key": "tech", "text": "Tech 科技", "add_tags": ["兴趣-科技"], "next": "end"},
            {"key": "food", "text": "Food 🍜", "add_tags": ["兴趣-美食"], "next": "end"}]},
        "end": {"type": "end"},
    },
}
HELP = {
    "start": "start",
    "nodes": {
        "start": {"type": "start", "triggers": [{"keyword": "help"}], "next": "team"},
        "team": {"type": "handover", "message": {"text": "One of us will answer here."}},
    },
}
MESSAGES = {
    "html": {"text": "<b>Sale 🏟</b>: <code>LANTERN20</code> &amp; <tg-spoiler>more</tg-spoiler>, {first_name|friend}", "format": "html",
             "buttons": [[{"text": "Claim", "press": {"add_tags": ["Claimed"], "reply": "Here it is: *not bold*"}},
                          {"text": "Shop", "url": "https://shop.example.com/sale?x=1&y=2"}],
                         [{"text": "About", "url": "https://lantern.example.com/about", "track": False}]]},
    "markdown": {"text": "**Bold 科技** and [a link](https://lantern.example.com) for {first_name|friend}", "format": "markdown"},
    "entities": {"text": "🏟 plain and bold", "entities": [{"type": "bold", "offset": 13, "length": 4}]},
    "plain": {"text": "x" * 4096, "format": "plain"},
}


def scenario(api, sandbox, people):
    """The whole loop, with every kind of message that Muster sends."""
    bot = api.post("/bots", {"token": TOKEN, "bulk_per_second": 1000})["id"]
    for name, graph in (("Welcome", MENU), ("Help", HELP)):
        flow = api.post("/flows", {"bot_id": bot, "name": name, "graph": graph})["id"]
        api.post(f"/flows/{flow}/publish", {})
    for person in people:
        sandbox.act(person, "start")
    for place, person in enumerate(people):
        sandbox.press(person, "What do you like?", ("Tech 科技", "Food 🍜")[place % 2])
    contacts = until("everybody to be known", lambda: everybody(api, bot, len(people)))
    sandbox.act(people[0], "write", text="help")
    until("the hand-over", lambda: sandbox.received(people[0], "One of us"))
    first = contacts[people[0]]
    api.post(f"/conversations/{first}/messages", {"message": {"text": "Hello, I am <b>here</b>", "format": "html"}})
    until("the reply", lambda: sandbox.received(people[0], "I am here"))
    sandbox.act(people[1], "write", text="/stop")
    until("the answer to /stop", lambda: stopped(sandbox, people[1]))
    sandbox.act(people[2], "block")
    for name, message in MESSAGES.items():
        campaign = api.post("/campaigns", {"bot_id": bot, "name": name, "audience": {"all": []}, "message": message, "held_out_percent": 10})["id"]
        api.post(f"/campaigns/{campaign}/test", {"contacts": [first]})
        api.post(f"/campaigns/{campaign}/start", {})
        until(f"the campaign {name} to end", lambda: api.get(f"/campaigns/{campaign}")["status"] == "done")
    got = [person for person in people if sandbox.received(person, "Sale 🏟")]
    for person in got[:5]:
        sandbox.press(person, "Sale 🏟", "Claim")
        until("the press's reply", lambda: sandbox.received(person, "Here it is"))
    sandbox.act(got[0], "pay", currency="XTR", amount=250)
    api.post("/events", {"bot_id": bot, "telegram_id": got[1], "name": "purchase", "value": 9.5, "currency": "EUR"})
    return bot


def everybody(api, bot, count):
    items = api.get(f"/contacts?bot_id={bot}&limit=500")["items"]
    return {one["telegram_id"]: one["id"] for one in items} if len(items) == count else None


def stopped(sandbox, person):
    # The answer comes in the person's language.
    answers = ("no more news", "停止群发", "Ya no recibirás", "Você não receberá", "keine Neuigkeiten")
    return any(sandbox.received(person, answer) for answer in answers)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url):
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def setup_link(log):
    log.flush()
    with open(log.name, encoding="utf-8") as file:
        found = re.search(r"/setup/(\S+)", file.read())
    return found and found[1]


def main(binary, documented=None):
    report = Report()
    documentation = Documentation(documented) if documented else None
    check_the_check(report, documentation)
    sandbox_port, port = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        log = open(os.path.join(folder, "log"), "w+", encoding="utf-8")
        start = lambda *arguments, **env: subprocess.Popen([binary, *arguments], stdout=log, stderr=log, env=os.environ | env)
        running = [start("sandbox", "--port", str(sandbox_port), "--token", TOKEN, "--people", "40")]
        server = proxy(report, documentation, sandbox_port)
        data = os.path.join(folder, "data")
        try:
            api_url = f"http://127.0.0.1:{server.server_port}"
            running.append(start("--data", data, "serve", "--listen", f"127.0.0.1:{port}", MUSTER_TELEGRAM__API_URL=api_url))
            sandbox = Sandbox(sandbox_port)
            until("the sandbox", lambda: answers(f"{sandbox.base}/state"))
            until("the server", lambda: answers(f"http://127.0.0.1:{port}/healthz"))
            people = [one["id"] for one in sandbox.people()][:30]
            setup = until("the owner's link", lambda: setup_link(log))
            scenario(Api(port, setup), sandbox, people)
        except Exception as error:  # whatever ends the session early is the failure that is reported
            log.seek(0)
            report.check("the scenario went through", [str(error), log.read()[-2000:]])
        else:
            report.check("the scenario went through", [])
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(timeout=30)
            server.shutdown()
            log.close()
    told = ", ".join(f"{count} {method}" for method, count in sorted(report.calls.items()))
    print(f"strict requests ({'aiogram and the documentation' if documentation else 'aiogram'}): {told}")
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
