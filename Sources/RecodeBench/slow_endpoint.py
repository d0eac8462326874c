"""A chat-completions endpoint on the loopback interface: the same answer to every request, after one second.

Prints its port; ends with its standard input, or after an hour.
"""

import asyncio
import json
import sys

LATENCY_SECONDS = 1.0
LIFE_SECONDS = 3600
ANSWERS = {
    # Each time round the observation is a new one, so this is no loop.
    "recode": "<think>I look what there is and go on from it.</think>\n<execute>\n"
    "observation = run('look around')\nsolve(instruction, observation)\n</execute>",
    "react": "Thought: I look what there is.\nAction: look around",
}


def completion(content: str) -> bytes:
    body = json.dumps(
        {
            "id": "x",
            "object": "chat.completion",
            "model": "slow",
            "choices": [
                {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
            ],
            "usage": {"prompt_tokens": 1000, "completion_tokens": 50},
        }
    ).encode()
    return (
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
    ) + body


RESPONSES = {name: completion(content) for name, content in ANSWERS.items()}


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            name = head.split(b"/", 2)[1].decode()
            length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            await reader.readexactly(length)
            await asyncio.sleep(LATENCY_SECONDS)
            writer.write(RESPONSES[name])
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await asyncio.wait([ended], timeout=LIFE_SECONDS)


asyncio.run(main())
