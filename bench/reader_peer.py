"""Python's side of bench/reader.ts: reads stdin, prints things per second."""

import json
import os
import sys
import time
from multiprocessing.connection import Connection


def slices():
    count = 0
    while os.read(0, 32):
        count += 1
    return count


def lines():
    count = 0
    for _ in sys.stdin.buffer:
        count += 1
    return count


def frames():
    connection = Connection(os.dup(0), writable=False)
    count = 0
    try:
        while True:
            connection.recv_bytes()
            count += 1
    except EOFError:
        return count


begin = time.perf_counter()
total = {"slices": slices, "lines": lines, "frames": frames}[sys.argv[1]]()
seconds = time.perf_counter() - begin
print(json.dumps({"perSecond": total / seconds, "ms": seconds * 1000}))
