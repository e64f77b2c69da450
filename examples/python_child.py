"""The child of python_child.ts: JSON-RPC on stdin and stdout, a line each."""

import json
import sys


def send(message):
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


def ask(request_id, method, params):
    """Asks the parent, and waits for its answer."""
    send({"id": request_id, "method": method, "params": params})
    return json.loads(sys.stdin.readline())["result"]


for line in sys.stdin:
    request = json.loads(line)
    print("looking up", *request["params"]["names"])
    prices = {
        name: ask(f"price of {name}", "price", {"name": name})
        for name in request["params"]["names"]
    }
    send({"id": request["id"], "result": prices})
