"""aiogram with a database: an update is answered once it is durable.

The rows are Muster's (an update's id, the person, an event, the conversation), written by one connection with
synchronous=FULL, one commit an update, as a bot with a database is written. Usage: aiogram_ingest.py DATABASE
Prints the address it listens at.
"""

import asyncio
import json
import sys
import time

import aiosqlite
import uvloop
from aiogram import Bot, Dispatcher
from aiogram.filters import CommandStart
from aiogram.types import Message, Update
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

SCHEMA = """
CREATE TABLE updates_seen (bot_id INTEGER, update_id INTEGER, at INTEGER, PRIMARY KEY (bot_id, update_id)) WITHOUT ROWID;
CREATE INDEX updates_seen_at ON updates_seen (bot_id, at);
CREATE TABLE contacts (number INTEGER PRIMARY KEY, telegram_id INTEGER UNIQUE, profile TEXT, name TEXT, last_interaction INTEGER);
CREATE INDEX contacts_recent ON contacts (last_interaction, number);
CREATE TABLE events (number INTEGER PRIMARY KEY, contact INTEGER, at INTEGER, kind TEXT, data TEXT);
CREATE INDEX events_contact ON events (contact, number);
CREATE TABLE conversations (contact INTEGER PRIMARY KEY, unread INTEGER, last_at INTEGER, last_text TEXT);
CREATE INDEX conversations_recent ON conversations (last_at, contact);
"""


class Rows:
    def __init__(self, database: aiosqlite.Connection) -> None:
        self.database = database
        # One connection has one transaction.
        self.lock = asyncio.Lock()

    async def write(self, update: Update, message: Message, kind: str) -> None:
        now, user = int(time.time() * 1000), message.from_user
        data = json.dumps({"kind": kind, "text": message.text, "message_id": message.message_id})
        profile = json.dumps({"username": user.username, "first_name": user.first_name, "language": user.language_code})
        async with self.lock:
            run = self.database.execute
            await run("INSERT OR IGNORE INTO updates_seen VALUES (1, ?, ?)", (update.update_id, now))
            await run(
                "INSERT INTO contacts (telegram_id, profile, name, last_interaction) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (telegram_id) DO UPDATE SET last_interaction = excluded.last_interaction",
                (user.id, profile, user.full_name, now),
            )
            contact = "(SELECT number FROM contacts WHERE telegram_id = ?)"
            await run(f"INSERT INTO events (contact, at, kind, data) VALUES ({contact}, ?, ?, ?)", (user.id, now, kind, data))
            if kind == "message":
                await run(
                    f"INSERT INTO conversations VALUES ({contact}, 1, ?, ?) ON CONFLICT (contact) DO UPDATE SET "
                    "unread = unread + 1, last_at = excluded.last_at, last_text = excluded.last_text",
                    (user.id, now, message.text),
                )
            await self.database.commit()


async def main() -> None:
    database = await aiosqlite.connect(sys.argv[1])
    await database.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; {SCHEMA}")
    rows, dispatcher, bot = Rows(database), Dispatcher(), Bot("42:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")

    @dispatcher.message(CommandStart())
    async def start(message: Message, event_update: Update) -> None:
        await rows.write(event_update, message, "start")

    @dispatcher.message()
    async def write(message: Message, event_update: Update) -> None:
        await rows.write(event_update, message, "message")

    app = web.Application()
    # In the foreground: the answer says that the update is durable.
    SimpleRequestHandler(dispatcher, bot, handle_in_background=False).register(app, "/telegram/hook")
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = site._server.sockets[0].getsockname()[:2]
    print(f"{host}:{port}", flush=True)
    await asyncio.Event().wait()


uvloop.run(main())
