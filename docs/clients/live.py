"""Sends a WAV file (16 kHz, mono, 16 bit) as it would be spoken, and prints what is told: python live.py CLIP.wav [URL]

Needs the package `websockets`. For a microphone replace `spoken` by what yields its samples.
"""

import asyncio
import json
import sys
import wave

import websockets

PIECE_S = 0.1


async def spoken(path):
    with wave.open(path) as clip:
        n_frames = int(clip.getframerate() * PIECE_S)
        while piece := clip.readframes(n_frames):
            yield piece
            await asyncio.sleep(PIECE_S)


async def main(path, url="ws://127.0.0.1:3000/api/v1/live"):
    async with websockets.connect(url) as live:
        async def send():
            async for piece in spoken(path):
                await live.send(piece)
            await live.send(json.dumps({"type": "session.close"}))

        sending = asyncio.create_task(send())
        async for message in live:
            event = json.loads(message)
            print(event["type"], event.get("emotion", ""), event.get("band", ""), event.get("end_s", ""))
        await sending


asyncio.run(main(*sys.argv[1:]))
