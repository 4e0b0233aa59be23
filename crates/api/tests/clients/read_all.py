"""A client that openapi-python-client has made of `muster openapi` reads every resource of a server.

    python read_all.py FOLDER_OF_THE_CLIENT http://127.0.0.1:8080 mst_TOKEN

Every GET of the document is asked through the generated code, of the first thing that the lists give. What the client
understood, written out again, must be what the server sent: nothing is left out, nothing takes another shape. Prints
"N passed, N failed"; the exit code is 1 if anything failed.
"""

import base64
import importlib
import inspect
import io
import json
import pathlib
import sys

# Asked by a browser alone, or not JSON.
NOT_READ = {
    "/api/v1/live": "a stream",
    "/api/v1/session": "a browser's",
    "/api/v1/sessions": "a browser's",
    "/api/v1/setup/{token}": "of a link that is used once",
    "/api/v1/contacts/export": "a table",
    "/api/v1/media/{id}/content": "a file",
    "/api/v1/conversations/{id}/files/{event}": "a file",
}


class Session:
    def __init__(self, package, base, token):
        self.package = package
        client = importlib.import_module(f"{package}.client")
        self.client = client.AuthenticatedClient(base_url=base, token=token, timeout=30)
        self.first = {}
        self.passed = 0
        self.failed = []

    def check(self, name, holds, seen=None):
        if holds:
            self.passed += 1
        else:
            self.failed.append(name)
            print(f"failed: {name}: {seen!r}"[:2000])

    def module(self, tag, name):
        return importlib.import_module(f"{self.package}.api.{tag}.{name}")

    def ask(self, path, module, **arguments):
        answer = module.sync_detailed(client=self.client, **arguments)
        self.check(f"{path} answers 200", answer.status_code == 200, answer.content)
        if answer.status_code != 200:
            return None
        sent = json.loads(answer.content)
        understood = answer.parsed.to_dict()
        self.check(f"{path} is understood whole", understood == sent, differences(sent, understood))
        return sent

    def remember(self, path, sent):
        if isinstance(sent, dict) and sent.get("items"):
            self.first[path] = sent["items"][0]


def differences(sent, understood, place=""):
    """Where two trees differ, a few places of it."""
    if isinstance(sent, dict) and isinstance(understood, dict):
        found = []
        for key in sorted(sent.keys() | understood.keys()):
            found += differences(sent.get(key, "(absent)"), understood.get(key, "(absent)"), f"{place}/{key}")
        return found[:5]
    if isinstance(sent, list) and isinstance(understood, list) and len(sent) == len(understood):
        pairs = enumerate(zip(sent, understood))
        return [found for at, (a, b) in pairs for found in differences(a, b, f"{place}/{at}")][:5]
    return [] if sent == understood else [(place, sent, understood)]


def reads(document):
    """(path, tag, name of the module, what must be given) of each GET, lists before what is in them."""
    for path, item in sorted(document["paths"].items(), key=lambda entry: entry[0].count("{")):
        operation = item.get("get")
        if operation is None or path in NOT_READ:
            continue
        wanted = [p["name"] for p in operation.get("parameters", []) if p.get("required")]
        yield path, operation["tags"][0], operation["operationId"], wanted


def main(folder, base, token):
    folder = pathlib.Path(folder)
    sys.path.insert(0, str(folder.parent))
    document = json.loads((folder.parent / "openapi.json").read_text())
    session = Session(folder.name, base, token)
    upload(session)
    bots = session.ask("/api/v1/bots", session.module("bots", "list_bots"))
    bot = bots["items"][0]["id"]
    stages = session.ask("/api/v1/stages", session.module("stages", "list_stages"), bot_id=bot)["items"]
    given = {
        "bot_id": bot,
        "expression": json.dumps({"not": {"all": [{"reachable": True}]}}),
        "from_stage": stages[0]["id"],
        "to_stage": stages[1]["id"],
    }
    for path, tag, name, wanted in reads(document):
        of = path.split("/{id}")[0]
        if "id" in wanted:
            owner = session.first.get(of)
            session.check(f"{of} has something to read", owner is not None)
            if owner is None:
                continue
            given["id"] = owner["contact"]["id"] if of == "/api/v1/conversations" else owner["id"]
        module = session.module(tag, name)
        arguments = {one: given[one] for one in wanted}
        # Lists of a bot say so, where the document lets it out.
        if "bot_id" in inspect.signature(module.sync_detailed).parameters:
            arguments["bot_id"] = bot
        session.remember(path, session.ask(path, module, **arguments))
    write(session, bot)
    print(f"{session.passed} passed, {len(session.failed)} failed")
    return 1 if session.failed else 0


def upload(session):
    """A picture of one pixel, so that there is a file to read."""
    module, models = session.module("media", "upload_media"), importlib.import_module(f"{session.package}.models")
    types = importlib.import_module(f"{session.package}.types")
    pixel = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    file = types.File(payload=io.BytesIO(pixel), file_name="pixel.png", mime_type="image/png")
    answer = module.sync_detailed(client=session.client, body=models.Upload(file=file))
    session.check("POST /media answers 201", answer.status_code == 201, answer.content)


def write(session, bot):
    """A shape that holds itself goes out through the generated code as well."""
    models = importlib.import_module(f"{session.package}.models")
    meant = {"all": [{"not": {"any": [{"tag": {"has": "兴趣-科技"}}, {"reachable": False}]}}]}
    order = models.PreviewOrder.from_dict({"bot_id": bot, "expression": meant})
    session.check("an expression is written as it was read", order.to_dict()["expression"] == meant, order)
    answer = session.module("segments", "preview_segment").sync_detailed(client=session.client, body=order)
    session.check("POST /segments/preview answers 200", answer.status_code == 200, answer.content)


sys.exit(main(*sys.argv[1:]))
