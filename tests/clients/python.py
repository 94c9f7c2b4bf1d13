"""Talks to the hub with Python's `websockets`: python3 python.py HOST:PORT. What it prints is compared."""

import json
import sys

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

base = f"ws://{sys.argv[1]}/news"


def say(*words):
    print(*words, flush=True)


def end(socket):
    """How the hub closes."""
    try:
        while True:
            socket.recv()
    except ConnectionClosed as closed:
        return f"closed {closed.rcvd.code} {closed.rcvd.reason}".strip()


with connect(base + "?as=json") as socket:
    socket.recv()  # where it begins
    socket.send("größer")
    first = json.loads(socket.recv())
    say(first["data"])
    socket.send(["frag", "mented"])
    say(json.loads(socket.recv())["data"])
    socket.ping().wait()
    say("pong")
    socket.close(1000)
    say(end(socket))

with connect(f"{base}?since={first['id']}") as again:
    say("after the first:", again.recv())
    again.send(b"x")
    say(end(again))

with connect(base, subprotocols=["chat"]) as chat:
    say("with a subprotocol:", chat.subprotocol)
try:
    connect(base, origin="https://evil.example")
except InvalidStatus as refused:
    say("from another origin:", refused.response.status_code)

with connect(base + "?last=1") as last:
    say("waiting after:", last.recv())
    say(end(last))
