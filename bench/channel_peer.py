"""Python's Connection, both ends Python, in the patterns of channel_case.ts:
channel_peer.py PATTERN COUNT."""

import json
import multiprocessing
import sys
import time

PATTERN, COUNT = sys.argv[1], int(sys.argv[2])
MESSAGE = bytes(1_048_576) if PATTERN == "large" else b"x" * 32


def child(connection):
    connection.send_bytes(b"started")
    if PATTERN in ("out", "large"):
        for _ in range(COUNT):
            connection.recv_bytes()
        connection.send_bytes(b"done")
    elif PATTERN == "in":
        connection.recv_bytes()
        for _ in range(COUNT):
            connection.send_bytes(MESSAGE)
    else:
        while True:
            try:
                connection.send_bytes(connection.recv_bytes())
            except EOFError:
                break


def main():
    # Two pipes, as a channel has them, and no socket.
    there, here_out = multiprocessing.Pipe(duplex=False)
    here_in, back = multiprocessing.Pipe(duplex=False)

    class Both:
        def __init__(self, reader, writer):
            self.recv_bytes = reader.recv_bytes
            self.send_bytes = writer.send_bytes

    process = multiprocessing.get_context("fork").Process(
        target=child, args=(Both(there, back),), daemon=True)
    process.start()
    here_in.recv_bytes()
    start = time.perf_counter()
    if PATTERN in ("out", "large"):
        for _ in range(COUNT):
            here_out.send_bytes(MESSAGE)
        here_in.recv_bytes()
    elif PATTERN == "in":
        here_out.send_bytes(b"go")
        for _ in range(COUNT):
            here_in.recv_bytes()
    else:
        for _ in range(COUNT):
            here_out.send_bytes(MESSAGE)
            here_in.recv_bytes()
    seconds = time.perf_counter() - start
    print(json.dumps({"perSecond": round(COUNT / seconds)}))


main()
