"""A session of pyTelegramBotAPI 4.37 against a running sandbox. See bench.py."""

import sys
import time

import telebot
from telebot import apihelper, types

from bench import (
    BAD_MARKDOWN, BAD_MARKDOWN_ERROR, DOCUMENT, ENTITIES, HTML, MARKDOWN, MARKDOWN_V2, PLAIN, SECRET, VIDEO,
    Hook, People, Report, picture, text_of,
)


def refusal(call):
    try:
        return f"no refusal but {call()}"
    except apihelper.ApiTelegramException as error:
        return f"{error.error_code} {error.description}"


def entities_of(message):
    found = message.entities or message.caption_entities or []
    return [(one.type, one.offset, one.length) for one in found]


def formats(report, bot, person):
    for mode, text in (("HTML", HTML), ("MarkdownV2", MARKDOWN_V2), ("Markdown", MARKDOWN)):
        sent = bot.send_message(person.id, text, parse_mode=mode)
        report.check(mode, sent.text == PLAIN and entities_of(sent) == ENTITIES, sent.json)
    explicit = [types.MessageEntity("bold", 0, 2), types.MessageEntity("text_link", 16, 4, url="https://example.com/a")]
    sent = bot.send_message(person.id, PLAIN, entities=explicit)
    report.check("entities", entities_of(sent) == [ENTITIES[0], ENTITIES[3]], sent.json)
    bad = refusal(lambda: bot.send_message(person.id, BAD_MARKDOWN, parse_mode="MarkdownV2"))
    report.check("a bad MarkdownV2 is told where", bad.endswith(BAD_MARKDOWN_ERROR), bad)
    buttons = types.InlineKeyboardMarkup([[types.InlineKeyboardButton("Go", callback_data="go")]])
    edited = bot.edit_message_text("new", person.id, sent.message_id, reply_markup=buttons)
    report.check("edit", edited.text == "new" and edited.reply_markup.keyboard[0][0].callback_data == "go", edited.json)
    bare = bot.edit_message_reply_markup(person.id, sent.message_id)
    report.check("edit of the buttons alone", bare.text == "new" and bare.reply_markup is None, bare.json)
    copied = bot.copy_message(person.id, person.id, sent.message_id)
    report.check("copy", copied.message_id > sent.message_id, copied)
    report.check("delete", bot.delete_message(person.id, sent.message_id))


def files(report, bot, person):
    image = picture()
    sent = bot.send_photo(person.id, image, caption=HTML, parse_mode="HTML", has_spoiler=True)
    report.check("photo by upload", [size.width for size in sent.photo] == [320, 640], sent.json)
    report.check("caption", sent.caption == PLAIN and entities_of(sent) == ENTITIES, sent.json)
    again = bot.send_photo(person.id, sent.photo[-1].file_id)
    report.check("photo by id", again.photo[-1].file_unique_id == sent.photo[-1].file_unique_id, again.json)
    report.check("download", bot.download_file(bot.get_file(sent.photo[-1].file_id).file_path) == image)
    edited = bot.edit_message_caption("new", person.id, sent.message_id)
    report.check("edit of a caption", edited.caption == "new" and edited.photo, edited.json)
    document = bot.send_document(person.id, DOCUMENT, visible_file_name="prices.txt")
    report.check("document", document.document.file_name == "prices.txt", document.json)
    video = bot.send_video(person.id, VIDEO, duration=3, width=64, height=48)
    report.check("video", (video.video.duration, video.video.mime_type) == (3, "video/mp4"), video.json)
    text = refusal(lambda: bot.send_photo(person.id, b"no picture"))
    report.check("what is no picture", text == "400 Bad Request: IMAGE_PROCESS_FAILED", text)
    mixed = refusal(lambda: bot.send_photo(person.id, document.document.file_id))
    report.check("a document is no photo", "can't use file of type Document as Photo" in mixed, mixed)
    unknown = refusal(lambda: bot.send_photo(person.id, "AgACunknown"))
    report.check("an unknown id", unknown.endswith("wrong file identifier/HTTP URL specified"), unknown)


def albums(report, bot, person):
    one, two = picture(100, 50), picture(50, 100)
    album = bot.send_media_group(person.id, [types.InputMediaPhoto(one, caption="1"), types.InputMediaPhoto(two)])
    report.check("album by upload", len({message.media_group_id for message in album}) == 1 and len(album) == 2, album)
    ids = [message.photo[-1].file_id for message in album]
    again = bot.send_media_group(person.id, [types.InputMediaPhoto(file_id) for file_id in ids])
    report.check("album by id", again[0].media_group_id not in (None, album[0].media_group_id), again)
    many = refusal(lambda: bot.send_media_group(person.id, [types.InputMediaPhoto(ids[0])] * 11))
    report.check("too large an album", many == "400 Bad Request: too many messages to send as an album", many)


def updates(report, bot, person):
    hook = Hook()
    # The kinds that an earlier session asked for stick: all default ones are wanted here.
    is_set = bot.set_webhook(hook.url, secret_token=SECRET, max_connections=5, allowed_updates=[])
    report.check("webhook set", is_set)
    conflict = refusal(bot.get_updates)
    report.check("409 while a webhook is set", conflict.startswith("409 Conflict: can't use getUpdates"), conflict)
    person.act("write", text="pushed")
    secret, update = hook.next(lambda update: text_of(update) == "pushed")
    report.check("push carries the secret", secret == SECRET, secret)
    report.check("push decodes", types.Update.de_json(update).message.chat.id == person.id, update)
    hook.status = 500
    person.act("write", text="refused")
    hook.next(lambda update: text_of(update) == "refused")
    hook.status = 200
    hook.next(lambda update: text_of(update) == "refused")
    info = bot.get_webhook_info()
    wanted = "Wrong response from the webhook: 500 Internal Server Error"
    report.check("a refused push comes again and is told", info.last_error_message == wanted, info)
    report.check("webhook deleted", bot.delete_webhook(drop_pending_updates=True))
    hook.close()
    invoice = bot.send_invoice(
        person.id, "Tea", "A cup of tea", "tea-1", None, "XTR", [types.LabeledPrice("Tea", 5)])
    report.check("invoice", invoice.invoice.total_amount == 5, invoice.json)
    person.act("pay", message_id=invoice.message_id)
    asked = [one for one in bot.get_updates(timeout=5) if one.pre_checkout_query]
    report.check("checkout", asked and asked[0].pre_checkout_query.invoice_payload == "tea-1", asked)
    report.check("checkout answered", bot.answer_pre_checkout_query(asked[0].pre_checkout_query.id, ok=True))
    paid = [one for one in bot.get_updates(asked[0].update_id + 1, timeout=5) if one.message and one.message.successful_payment]
    report.check("payment", paid and paid[0].message.successful_payment.invoice_payload == "tea-1", paid)


def waited(report, bot, person):
    sent, waits = 0, 0
    while sent < 12:
        try:
            bot.send_message(person.id, f"burst {sent}")
            sent += 1
        except apihelper.ApiTelegramException as error:
            if error.error_code != 429:
                raise
            waits += 1
            time.sleep(error.result_json["parameters"]["retry_after"])
    report.check("429 is waited out", 1 <= waits <= 6, waits)


def main(base, token):
    report = Report("pyTelegramBotAPI")
    apihelper.API_URL = base + "/bot{0}/{1}"
    apihelper.FILE_URL = base + "/file/bot{0}/{1}"
    bot, people = telebot.TeleBot(token), People(base, 20)
    bot.delete_webhook(drop_pending_updates=True)
    report.check("get_me", bot.get_me().is_bot)
    for part in (formats, files, albums, updates, waited):
        try:
            part(report, bot, people.next())
        except Exception as error:  # whatever ends a part early is the failure that is reported
            report.check(part.__name__, False, error)
    person = people.next()
    report.check("get_chat", bot.get_chat(person.id).first_name == person.first_name)
    report.check("set_my_commands", bot.set_my_commands([types.BotCommand("menu", "The menu")]))
    report.check("get_my_commands", bot.get_my_commands()[0].command == "menu")
    return report.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1].rstrip("/"), sys.argv[2]))
