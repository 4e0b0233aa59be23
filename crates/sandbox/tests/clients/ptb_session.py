"""A session of python-telegram-bot 22 against a running sandbox. See bench.py."""

import asyncio
import sys

from telegram import (
    Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaDocument, InputMediaPhoto, LabeledPrice, MessageEntity, Update,
)
from telegram.error import BadRequest, Conflict, RetryAfter, TelegramError

from bench import (
    BAD_MARKDOWN, BAD_MARKDOWN_ERROR, DOCUMENT, ENTITIES, HTML, MARKDOWN, MARKDOWN_V2, PLAIN, SECRET, VIDEO,
    Hook, People, Report, picture, text_of,
)


async def refusal(kind, call):
    try:
        return f"no refusal but {await call}"
    except kind as error:
        return str(error)
    except TelegramError as error:
        return f"another kind of error: {error!r}"


def entities_of(message):
    return [(str(one.type), one.offset, one.length) for one in message.entities or message.caption_entities]


async def formats(report, bot, person):
    for mode, text in (("HTML", HTML), ("MarkdownV2", MARKDOWN_V2), ("Markdown", MARKDOWN)):
        sent = await bot.send_message(person.id, text, parse_mode=mode)
        report.check(mode, sent.text == PLAIN and entities_of(sent) == ENTITIES, sent)
    sent = await bot.send_message(person.id, PLAIN, entities=[MessageEntity("bold", 0, 2)])
    report.check("entities", entities_of(sent) == [ENTITIES[0]], sent)
    bad = await refusal(BadRequest, bot.send_message(person.id, BAD_MARKDOWN, parse_mode="MarkdownV2"))
    # The library lowers the words that it is told.
    report.check("a bad MarkdownV2 is told where", BAD_MARKDOWN_ERROR.lower() in bad.lower(), bad)
    buttons = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="go")]])
    edited = await bot.edit_message_text("new", person.id, sent.message_id, reply_markup=buttons)
    report.check("edit", edited.text == "new" and edited.reply_markup == buttons, edited)
    bare = await bot.edit_message_reply_markup(person.id, sent.message_id)
    report.check("edit of the buttons alone", bare.text == "new" and bare.reply_markup is None, bare)
    copied = await bot.copy_message(person.id, person.id, sent.message_id)
    report.check("copy", copied.message_id > sent.message_id, copied)
    report.check("delete", await bot.delete_message(person.id, sent.message_id))


async def files(report, bot, person):
    image = picture()
    sent = await bot.send_photo(person.id, image, caption=MARKDOWN_V2, parse_mode="MarkdownV2")
    report.check("photo by upload", [size.width for size in sent.photo] == [320, 640], sent)
    report.check("caption", sent.caption == PLAIN and entities_of(sent) == ENTITIES, sent)
    again = await bot.send_photo(person.id, sent.photo[-1].file_id)
    report.check("photo by id", again.photo[-1].file_unique_id == sent.photo[-1].file_unique_id, again)
    file = await bot.get_file(sent.photo[-1].file_id)
    report.check("download", bytes(await file.download_as_bytearray()) == image)
    edited = await bot.edit_message_caption(person.id, sent.message_id, caption="new")
    report.check("edit of a caption", edited.caption == "new" and edited.photo, edited)
    document = await bot.send_document(person.id, DOCUMENT, filename="prices.txt")
    report.check("document", document.document.file_name == "prices.txt", document)
    video = await bot.send_video(person.id, VIDEO, duration=3, width=64, height=48)
    report.check("video", video.video.mime_type == "video/mp4" and video.video.width == 64, video)
    text = await refusal(BadRequest, bot.send_photo(person.id, "https://example.com/picture.png"))
    report.check("an address out of reach", text.lower() == "failed to get http url content", text)
    text = await refusal(BadRequest, bot.edit_message_text("x", person.id, sent.message_id))
    report.check("a photo has no text", text.lower() == "there is no text in the message to edit", text)


async def albums(report, bot, person):
    album = await bot.send_media_group(
        person.id, [InputMediaPhoto(picture(100, 50), caption="1"), InputMediaPhoto(picture(50, 100))])
    report.check("album by upload", len({one.media_group_id for one in album}) == 1 and len(album) == 2, album)
    ids = [one.photo[-1].file_id for one in album]
    again = await bot.send_media_group(person.id, [InputMediaPhoto(file_id) for file_id in ids])
    report.check("album by id", again[0].media_group_id not in (None, album[0].media_group_id), again)
    text = await refusal(BadRequest, bot.send_media_group(person.id, [InputMediaPhoto(ids[0]), InputMediaDocument(DOCUMENT)]))
    report.check("a mixed album", text.lower() == "document can't be mixed with other media types", text)


async def updates(report, bot, person):
    hook = Hook()
    report.check("webhook set", await bot.set_webhook(hook.url, secret_token=SECRET, allowed_updates=["message"]))
    text = await refusal(Conflict, bot.get_updates())
    report.check("409 while a webhook is set", "can't use getUpdates method while webhook is active" in text, text)
    person.send(picture(), kind="photo", caption="pushed")
    secret, update = await asyncio.to_thread(
        hook.next, lambda update: (update.get("message") or {}).get("caption") == "pushed")
    report.check("push carries the secret", secret == SECRET, secret)
    message = Update.de_json(update, bot).message
    file = await bot.get_file(message.photo[-1].file_id)
    report.check("a person's photo can be downloaded", bytes(await file.download_as_bytearray()) == picture())
    info = await bot.get_webhook_info()
    report.check("webhook told", info.url == hook.url and info.allowed_updates == ("message",), info)
    report.check("webhook deleted", await bot.delete_webhook(drop_pending_updates=True))
    hook.close()
    # Nothing comes while two wait: only polls are asked for.
    await bot.get_updates(allowed_updates=["poll"])
    await bot.delete_webhook(drop_pending_updates=True)
    first = asyncio.create_task(refusal(Conflict, bot.get_updates(timeout=20)))
    await asyncio.sleep(1)
    # One bot object keeps its polls apart from each other, so the second is another one.
    async with Bot(bot.token, base_url=bot.base_url[: -len(bot.token)]) as other:
        await other.get_updates(timeout=0)
    text = await first
    report.check("409 for the earlier of two pollers", "terminated by other getUpdates request" in text, text)
    await bot.get_updates(allowed_updates=[])
    invoice = await bot.send_invoice(person.id, "Tea", "A cup of tea", "tea-1", "XTR", [LabeledPrice("Tea", 5)])
    person.act("pay", message_id=invoice.message_id)
    asked = [one for one in await bot.get_updates(timeout=5) if one.pre_checkout_query]
    report.check("checkout", asked and asked[0].pre_checkout_query.invoice_payload == "tea-1", asked)
    report.check("checkout answered", await bot.answer_pre_checkout_query(asked[0].pre_checkout_query.id, ok=True))
    after = await bot.get_updates(asked[0].update_id + 1, timeout=5)
    paid = [one for one in after if one.message and one.message.successful_payment]
    report.check("payment", paid and paid[0].message.successful_payment.total_amount == 5, after)


async def waited(report, bot, person):
    sent, waits = 0, 0
    while sent < 12:
        try:
            await bot.send_message(person.id, f"burst {sent}")
            sent += 1
        except RetryAfter as wait:
            waits += 1
            seconds = wait.retry_after
            await asyncio.sleep(seconds if isinstance(seconds, int) else seconds.total_seconds())
    report.check("429 is waited out", 1 <= waits <= 6, waits)


async def main(base, token):
    report = Report("python-telegram-bot")
    people = People(base, 35)
    async with Bot(token, base_url=base + "/bot", base_file_url=base + "/file/bot") as bot:
        await bot.delete_webhook(drop_pending_updates=True)
        for part in (formats, files, albums, updates, waited):
            try:
                await part(report, bot, people.next())
            except Exception as error:  # whatever ends a part early is the failure that is reported
                report.check(part.__name__, False, error)
        person = people.next()
        report.check("get_chat", (await bot.get_chat(person.id)).first_name == person.first_name)
        report.check("set_my_commands", await bot.set_my_commands([("menu", "The menu")]))
        report.check("get_my_commands", (await bot.get_my_commands())[0].command == "menu")
    return report.end()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1].rstrip("/"), sys.argv[2])))
