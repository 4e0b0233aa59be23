"""What aiogram 3.31 does with files, albums and a webhook, against a running sandbox. See bench.py.

Its polling, presses and payments are in aiogram_session.py.
"""

import asyncio
import sys

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramConflictError, TelegramRetryAfter
from aiogram.types import BufferedInputFile, InputMediaPhoto, Update

from bench import (
    BAD_MARKDOWN, BAD_MARKDOWN_ERROR, DOCUMENT, ENTITIES, HTML, MARKDOWN, MARKDOWN_V2, PLAIN, SECRET, VIDEO,
    Hook, People, Report, picture, text_of,
)


async def refusal(kind, call):
    try:
        return f"no refusal but {await call}"
    except kind as error:
        return error.message


def entities_of(message):
    return [(one.type, one.offset, one.length) for one in message.entities or message.caption_entities or []]


async def formats(report, bot, person):
    for mode, text in (("HTML", HTML), ("MarkdownV2", MARKDOWN_V2), ("Markdown", MARKDOWN)):
        sent = await bot.send_message(person.id, text, parse_mode=mode)
        report.check(mode, sent.text == PLAIN and entities_of(sent) == ENTITIES, sent)
    bad = await refusal(TelegramBadRequest, bot.send_message(person.id, BAD_MARKDOWN, parse_mode="MarkdownV2"))
    report.check("a bad MarkdownV2 is told where", BAD_MARKDOWN_ERROR in bad, bad)
    copied = await bot.copy_message(person.id, person.id, sent.message_id)
    report.check("copy", copied.message_id > sent.message_id, copied)


async def files(report, bot, person):
    image = picture()
    sent = await bot.send_photo(person.id, BufferedInputFile(image, "a.png"), caption=HTML, parse_mode="HTML")
    report.check("photo by upload", [size.width for size in sent.photo] == [320, 640], sent)
    report.check("caption", sent.caption == PLAIN and entities_of(sent) == ENTITIES, sent)
    again = await bot.send_photo(person.id, sent.photo[-1].file_id)
    report.check("photo by id", again.photo[-1].file_unique_id == sent.photo[-1].file_unique_id, again)
    report.check("download", (await bot.download(sent.photo[-1].file_id)).read() == image)
    edited = await bot.edit_message_caption(chat_id=person.id, message_id=sent.message_id, caption="new")
    report.check("edit of a caption", edited.caption == "new" and edited.photo, edited)
    document = await bot.send_document(person.id, BufferedInputFile(DOCUMENT, "prices.txt"))
    report.check("document", document.document.file_name == "prices.txt", document)
    video = await bot.send_video(person.id, BufferedInputFile(VIDEO, "v.mp4"), duration=3, width=64, height=48)
    report.check("video", video.video.duration == 3 and video.video.mime_type == "video/mp4", video)
    media = [InputMediaPhoto(media=BufferedInputFile(picture(80, 60), "1.png")), InputMediaPhoto(media=sent.photo[-1].file_id)]
    album = await bot.send_media_group(person.id, media)
    report.check("album", len({one.media_group_id for one in album}) == 1 and len(album) == 2, album)


async def updates(report, bot, person):
    hook = Hook()
    report.check("webhook set", await bot.set_webhook(hook.url, secret_token=SECRET))
    text = await refusal(TelegramConflictError, bot.get_updates())
    report.check("409 while a webhook is set", "while webhook is active" in text, text)
    person.act("write", text="pushed")
    secret, update = await asyncio.to_thread(hook.next, lambda update: text_of(update) == "pushed")
    report.check("push carries the secret", secret == SECRET, secret)
    report.check("push decodes", Update.model_validate(update).message.text == "pushed", update)
    report.check("webhook deleted", await bot.delete_webhook(drop_pending_updates=True))
    hook.close()


async def waited(report, bot, person):
    sent, waits = 0, 0
    while sent < 12:
        try:
            await bot.send_message(person.id, f"burst {sent}")
            sent += 1
        except TelegramRetryAfter as wait:
            waits += 1
            await asyncio.sleep(wait.retry_after)
    report.check("429 is waited out", 1 <= waits <= 6, waits)


async def main(base, token):
    report = Report("aiogram, files and webhook")
    people = People(base, 50)
    async with Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(base))) as bot:
        await bot.delete_webhook(drop_pending_updates=True)
        for part in (formats, files, updates, waited):
            try:
                await part(report, bot, people.next())
            except Exception as error:  # whatever ends a part early is the failure that is reported
                report.check(part.__name__, False, error)
        person = people.next()
        report.check("get_chat", (await bot.get_chat(person.id)).first_name == person.first_name)
    return report.end()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1].rstrip("/"), sys.argv[2])))
