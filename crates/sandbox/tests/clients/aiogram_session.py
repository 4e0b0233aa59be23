"""A session of a real client library, aiogram 3.31, against a running sandbox.

    python aiogram_session.py http://127.0.0.1:8081 123456:TOKEN

Acts as one person through /sandbox/people and as the bot through aiogram's own dispatcher, and
checks that nothing it is sent fails to decode. Prints "N passed, N failed"; the exit code is 1
if anything failed. The sandbox may be a moving one: other people's updates are only decoded.
"""

import asyncio
import json
import logging
import random
import sys
import urllib.error
import urllib.request

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.filters import CommandStart
from aiogram.methods import GetForumTopicIconStickers
from aiogram.types import (
    BotCommand,
    ChatMemberUpdated,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
)

STEP_TIMEOUT_S = 20


class Report:
    def __init__(self):
        self.passed = 0
        self.failed = []

    def check(self, name, holds, seen=None):
        if holds:
            self.passed += 1
        else:
            self.failed.append(name)
            print(f"failed: {name}: {seen!r}")

    async def finishes(self, name, part):
        try:
            await part
        except Exception as error:  # whatever ends a part early is the failure that is reported
            self.check(f"{name} went through", False, error)

    async def raises(self, name, kind, call, words=""):
        try:
            result = await call
        except kind as error:
            self.check(name, words in str(error), str(error))
        except Exception as error:  # any other kind is the failure that is reported
            self.check(name, False, error)
        else:
            self.check(name, False, result)


class LogWatch(logging.Handler):
    """aiogram logs and retries updates that it cannot fetch or decode: those count as failures."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


class Person:
    """One person of the sandbox, moved by hand."""

    def __init__(self, base, person):
        self.base = base
        self.id = person["id"]
        self.name = person["first_name"]

    async def act(self, name, **body):
        return await asyncio.to_thread(post, f"{self.base}/sandbox/people/{self.id}/{name}", body)


def post(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return json.load(error)


def some_person(base):
    with urllib.request.urlopen(f"{base}/sandbox/people") as answer:
        people = [json.loads(line) for line in answer.read().decode().splitlines()]
    usable = [one for one in people if not one["is_blocking"] and not one["is_deactivated"]]
    # Another one each time: the last session may have used up its chat's rate.
    return Person(base, random.choice(usable))


def keyboard():
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [
                InlineKeyboardButton(text="科技", callback_data="interest:tech"),
                InlineKeyboardButton(text="Shop", url="https://shop.example.com/?a=1&b=2"),
            ]
        ]
    )


def handlers(dispatcher, person, inbox):
    """What the bot does by itself; each update of our person goes to the inbox."""

    @dispatcher.message(CommandStart(), F.from_user.id == person.id)
    async def on_start(message, command):
        sent = await message.answer("Welcome! <b>Choose</b>:", parse_mode="HTML", reply_markup=keyboard())
        await inbox.put((message, command.args, sent))

    @dispatcher.message(F.from_user.id == person.id)
    async def on_message(message):
        await inbox.put(message)

    @dispatcher.callback_query(F.from_user.id == person.id)
    async def on_press(query):
        await query.answer("Saved", show_alert=True)
        edited = await query.message.edit_text("Saved: " + query.data)
        await inbox.put((query, edited))

    @dispatcher.my_chat_member(F.from_user.id == person.id)
    async def on_member(change):
        await inbox.put(change)


def member(status):
    return lambda one: isinstance(one, ChatMemberUpdated) and one.new_chat_member.status == status


async def polled_part(report, bot, person):
    dispatcher = Dispatcher()
    inbox = asyncio.Queue()
    handlers(dispatcher, person, inbox)

    async def next_one(wanted):
        # The person may also be moving by itself.
        async with asyncio.timeout(STEP_TIMEOUT_S):
            while True:
                one = await inbox.get()
                if wanted(one):
                    return one

    await bot.delete_webhook(drop_pending_updates=True)
    polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False, polling_timeout=10))
    try:
        await polled_steps(report, bot, person, next_one)
    finally:
        await dispatcher.stop_polling()
        await polling


async def polled_steps(report, bot, person, next_one):
    await person.act("start", payload="aiogram-1")
    message, payload, sent = await next_one(lambda one: isinstance(one, tuple) and len(one) == 3)
    report.check("start payload", payload == "aiogram-1", payload)
    report.check("start names the person", message.from_user.first_name == person.name, message.from_user)
    report.check("start has a command", message.entities[0].type == "bot_command", message.entities)
    report.check("html became entities", sent.entities[0].type == "bold" and sent.entities[0].offset == 9, sent)
    report.check("keyboard came back", sent.reply_markup.model_dump() == keyboard().model_dump(), sent.reply_markup)

    pressed = await person.act("press", message_id=sent.message_id, data="interest:tech")
    report.check("the person can press", pressed.get("ok") is True, pressed)
    query, edited = await next_one(lambda one: isinstance(one, tuple) and len(one) == 2)
    report.check("press carries its data", query.data == "interest:tech", query)
    report.check("press shows its message", query.message.message_id == sent.message_id, query.message)
    report.check("edit dropped the keyboard", edited.reply_markup is None and edited.edit_date, edited)

    await person.act("write", text="🏟 hello #news from https://example.com")
    written = await next_one(lambda one: "🏟" in (getattr(one, "text", None) or ""))
    kinds = [(entity.type, entity.extract_from(written.text)) for entity in written.entities]
    report.check("entities count UTF-16", kinds == [("hashtag", "#news"), ("url", "https://example.com")], kinds)

    await person.act("pay", currency="XTR", amount=250)
    paid = await next_one(lambda one: getattr(one, "successful_payment", None))
    report.check("payment", paid.successful_payment.total_amount == 250, paid)

    await person.act("block")
    report.check("block", await next_one(member("kicked")))
    blocked = bot.send_message(person.id, "x")
    await report.raises("sending while blocked", TelegramForbiddenError, blocked, "bot was blocked by the user")
    await person.act("unblock")
    report.check("unblock", await next_one(member("member")))


async def called_part(report, bot, person):
    me = await bot.get_me()
    report.check("get_me", me.is_bot and me.id == bot.id, me)
    report.check("set_my_commands", await bot.set_my_commands([BotCommand(command="menu", description="Interests")]))
    report.check("get_my_commands", (await bot.get_my_commands())[0].command == "menu")
    report.check("send_chat_action", await bot.send_chat_action(person.id, "typing"))
    info = await bot.get_webhook_info()
    report.check("no webhook", info.url == "", info)

    text = "🏟 科技 bold and a link"
    bold = MessageEntity(type="bold", offset=3, length=2)
    link = MessageEntity(type="text_link", offset=15, length=6, url="https://example.com/x")
    sent = await bot.send_message(
        person.id,
        text,
        entities=[link, bold],
        reply_markup=keyboard(),
        protect_content=True,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    report.check("entities as given, sorted", [one.model_dump() for one in sent.entities] == [bold.model_dump(), link.model_dump()], sent.entities)
    report.check("protected", sent.has_protected_content is True)
    reply = await bot.send_message(person.id, "re", reply_parameters=ReplyParameters(message_id=sent.message_id))
    report.check("reply", reply.reply_to_message.message_id == sent.message_id, reply)
    edited = await bot.edit_message_text("new", chat_id=person.id, message_id=sent.message_id)
    report.check("edit", edited.text == "new" and edited.reply_markup is None, edited)
    same = bot.edit_message_text("new", chat_id=person.id, message_id=sent.message_id)
    await report.raises("edit without a change", TelegramBadRequest, same, "message is not modified")
    report.check("delete", await bot.delete_message(person.id, sent.message_id))
    again = bot.delete_message(person.id, sent.message_id)
    await report.raises("delete again", TelegramBadRequest, again, "message to delete not found")
    late = bot.answer_callback_query("1")
    await report.raises("answer nothing", TelegramBadRequest, late, "query is too old")
    nobody = bot.send_message(1, "x")
    await report.raises("nobody's chat", TelegramBadRequest, nobody, "chat not found")
    await report.raises("unknown method", TelegramNotFound, bot(GetForumTopicIconStickers()), "method not found")

    async def burst():
        for _ in range(30):
            await bot.send_message(person.id, "burst")

    try:
        await burst()
    except TelegramRetryAfter as wait:
        report.check("a burst is refused with a wait", 1 <= wait.retry_after <= 60, wait)
    else:
        report.check("a burst is refused with a wait", False)


async def main(base, token):
    report = Report()
    watch = LogWatch()
    logging.getLogger("aiogram").addHandler(watch)
    server = TelegramAPIServer.from_base(base)
    person = some_person(base)
    async with Bot(token, session=AiohttpSession(api=server)) as bot:
        await report.finishes("polling", polled_part(report, bot, person))
        await report.finishes("calling", called_part(report, bot, person))
    async with Bot("123456:wrong", session=AiohttpSession(api=server)) as stranger:
        await report.raises("a wrong token", TelegramUnauthorizedError, stranger.get_me(), "Unauthorized")
    report.check("nothing failed to decode", not watch.lines, watch.lines)
    print(f"{report.passed} passed, {len(report.failed)} failed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1].rstrip("/"), sys.argv[2])))
