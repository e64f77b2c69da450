"""Both ends of a session, as MCP and as a language server have them.

tap_session.py server KIND: answers each request.
tap_session.py client KIND COUNT command...: asks COUNT times, and prints the
microseconds of each round trip as JSON.
"""
import json
import subprocess
import sys
import time

who, kind, *rest = sys.argv[1:]
ASKED = {"mcp": 200, "lsp": 300}[kind]
ANSWERED = {"mcp": 1500, "lsp": 4000}[kind]


def message(fields, size):
    fields["params"] = {"text": "x" * size}
    body = json.dumps(fields).encode()
    if kind == "mcp":
        return body + b"\n"
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def receive(stream):
    if kind == "mcp":
        return stream.readline()
    length = 0
    while (line := stream.readline().strip()):
        length = int(line.split(b":")[1])
    return stream.read(length)


if who == "server":
    answer = message({"jsonrpc": "2.0", "id": 1}, ANSWERED)
    while receive(sys.stdin.buffer):
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()
else:
    count, *command = rest
    server = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    request = message({"jsonrpc": "2.0", "id": 1, "method": "spam"}, ASKED)
    times = []
    for n in range(int(count) + 50):
        start = time.perf_counter()
        server.stdin.write(request)
        server.stdin.flush()
        receive(server.stdout)
        times.append((time.perf_counter() - start) * 1e6)
    server.stdin.close()
    server.wait()
    print(json.dumps(times[50:]))
