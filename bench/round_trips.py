"""Microseconds from a byte's write to a command to the end of the line that it gives back."""

import json
import os
import subprocess
import sys
import time

MESSAGES, WARM_UP = int(sys.argv[1]), 100
child = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
into, out = child.stdin.fileno(), child.stdout.fileno()
trips = []
for n in range(MESSAGES + WARM_UP):
    start = time.perf_counter_ns()
    os.write(into, b"Spam\n")
    # Python writes a line and its newline one after the other.
    while not os.read(out, 65536).endswith(b"\n"):
        pass
    if n >= WARM_UP:
        trips.append((time.perf_counter_ns() - start) / 1000)
    # Apart, as messages of a child are that sleeps between them.
    time.sleep(0.001)
child.stdin.close()
child.stdout.close()
child.wait()
print(json.dumps(sorted(trips)))
