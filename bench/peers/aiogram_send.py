"""aiogram sending texts with buttons, so many calls in flight. Usage: aiogram_send.py API_URL COUNT IN_FLIGHT
Prints how many it sent a second.
"""

import asyncio
import sys
import time

import uvloop
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup


async def main() -> None:
    api_url, count, in_flight = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    session = AiohttpSession(api=TelegramAPIServer.from_base(api_url), limit=in_flight)
    bot = Bot("42:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", session=session)
    left = iter(range(count))

    async def work() -> None:
        for person in left:
            buttons = [[
                InlineKeyboardButton(text="Claim", callback_data=f"c.1.0.0.{person:08}"),
                InlineKeyboardButton(text="Shop", url=f"https://example.org/c/{person:032}"),
            ]]
            await bot.send_message(
                5_000_000_000 + person,
                f"Hi Person {person}, the coupon that you asked for is here. It is good until Sunday.",
                reply_markup=InlineKeyboardMarkup(inline_keyboard=buttons),
            )

    begun = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(in_flight)))
    print(count / (time.perf_counter() - begun), flush=True)
    await session.close()


uvloop.run(main())
