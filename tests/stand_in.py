"""Stand-ins for providers' servers, on loopback."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class _Quiet(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class _Listening(ThreadingHTTPServer):
    request_queue_size = 256
    """Who finds no place among these comes again a second later."""


class _Server:
    """Serves from when it is made until its block ends."""

    def __init__(self, handler: type[_Quiet]) -> None:
        self._ended = threading.Event()
        self._server = _Listening(("127.0.0.1", 0), handler)
        self.base_url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()


class EndlessServer(_Server):
    """Speaks the OpenAI protocol as far as to stream nothing but comments until the caller hangs up."""

    def __init__(self) -> None:
        self.asked = threading.Semaphore(0)
        self.hung_up = threading.Semaphore(0)
        owner = self

        class Handler(_Quiet):
            def do_POST(self) -> None:
                json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                owner.asked.release()
                try:
                    while not owner._ended.wait(0.02):
                        self.wfile.write(b": still thinking\n\n")
                        self.wfile.flush()
                except OSError:
                    owner.hung_up.release()

        super().__init__(Handler)


class SayingServer(_Server):
    """Speaks the OpenAI protocol as far as to stream the same words whatever it is asked."""

    def __init__(self, words: str) -> None:
        self.asked = 0
        owner = self

        class Handler(_Quiet):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                owner.asked += 1
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                for begin in range(0, len(words), 9):
                    choice = {"index": 0, "delta": {"role": "assistant", "content": words[begin : begin + 9]}}
                    self.wfile.write(
                        f"data: {json.dumps({'object': 'chat.completion.chunk', 'choices': [choice]})}\n\n".encode()
                    )
                self.wfile.write(b"data: [DONE]\n\n")

        super().__init__(Handler)


class SlowServer(_Server):
    """Speaks the OpenAI protocol as far as to say the same words after so many seconds, counting who waits at once.

    Of several numbers of seconds each is for one request, and the last for all that follow. With a `crowd` nobody is
    answered before so many have waited at once, or a minute has gone.
    """

    crowd = 0

    def __init__(self, words: str, *seconds: float) -> None:
        self.asked = threading.Semaphore(0)
        self.most_at_once = 0
        self._at_once = 0
        turn = threading.Lock()
        left = list(seconds)
        met = threading.Event()
        owner = self

        def count(change: int) -> None:
            with turn:
                owner._at_once += change
                owner.most_at_once = max(owner.most_at_once, owner._at_once)
                if 0 < owner.crowd <= owner._at_once:
                    met.set()

        class Handler(_Quiet):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                count(1)
                wait = left.pop(0) if len(left) > 1 else left[0]
                owner.asked.release()
                owner._ended.wait(wait)
                if owner.crowd:
                    met.wait(60)
                count(-1)
                chunk = {"choices": [{"index": 0, "delta": {"role": "assistant", "content": words}}]}
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                data = json.dumps({"object": "chat.completion.chunk", **chunk})
                self.wfile.write(f"data: {data}\n\ndata: [DONE]\n\n".encode())

        super().__init__(Handler)


class ReceivingServer(_Server):
    """Takes whatever is sent to it, and keeps it."""

    def __init__(self) -> None:
        self.received: list[tuple[str, bytes]] = []
        """Paths and bodies."""
        self.arrived = threading.Event()
        owner = self

        class Handler(_Quiet):
            def do_GET(self) -> None:
                self.take(b"")

            def do_POST(self) -> None:
                self.take(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

            def take(self, body: bytes) -> None:
                owner.received.append((self.path, body))
                owner.arrived.set()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

        super().__init__(Handler)
        self.base_url = self.base_url.removesuffix("/v1")


class ScriptedServer(_Server):
    """Answers each request as the next of a script says; the last of it again and again.

    An answer is a status with headers, words to stream, or one of `CUT` (the line breaks amid an answer) and `SILENT`
    (nothing comes until the block ends).
    """

    CUT, SILENT = "cut", "silent"

    def __init__(self, *script: str | tuple[int, dict[str, str]]) -> None:
        self.keys: list[str] = []
        """The key that each request had."""
        left = list(script)
        owner = self

        class Handler(_Quiet):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                owner.keys.append(self.headers.get("Authorization", ""))
                given = left.pop(0) if len(left) > 1 else left[0]
                if isinstance(given, tuple):
                    self.refuse(*given)
                elif given == owner.SILENT:
                    owner._ended.wait(60)
                else:
                    self.say('{"claims": [{"sentence": 1, "cl' if given == owner.CUT else given, cut=given == owner.CUT)

            def refuse(self, status: int, headers: dict[str, str]) -> None:
                said = json.dumps({"error": {"message": f"no: {self.headers.get('Authorization')}", "type": "x"}})
                self.send_response(status)
                for name, value in ({"Content-Type": "application/json"} | headers).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said.encode())

            def say(self, words: str, *, cut: bool) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                choice = {"index": 0, "delta": {"role": "assistant", "content": words}}
                usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
                for chunk in ({"choices": [choice]}, {"choices": [], "usage": usage}):
                    data = f"data: {json.dumps({'object': 'chat.completion.chunk', **chunk})}\n\n".encode()
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                    if cut:
                        self.close_connection = True
                        return
                self.wfile.write(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")

        super().__init__(Handler)


class AnthropicServer(_Server):
    """Speaks Anthropic's protocol as far as to stream words in two parts, and remembers what it was asked."""

    def __init__(self, words: str) -> None:
        self.asked: list[dict[str, Any]] = []
        owner = self
        message = {"id": "m", "type": "message", "role": "assistant", "model": "said", "content": []}
        stop = {"stop_reason": "end_turn", "stop_sequence": None}
        half = len(words) // 2
        events: list[dict[str, Any]] = [
            {"type": "message_start", "message": message | {"usage": {"input_tokens": 11, "output_tokens": 1}}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            *(
                {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": part}}
                for part in (words[:half], words[half:])
            ),
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": stop, "usage": {"input_tokens": 11, "output_tokens": 7}},
            {"type": "message_stop"},
        ]

        class Handler(_Quiet):
            def do_POST(self) -> None:
                owner.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                for event in events:
                    self.wfile.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())

        super().__init__(Handler)
        self.base_url = self.base_url.removesuffix("/v1")


class OllamaServer(_Server):
    """Speaks Ollama's protocol as far as to stream words in two parts, and remembers what it was asked."""

    def __init__(self, words: str) -> None:
        self.asked: list[dict[str, Any]] = []
        owner = self
        half = len(words) // 2
        lines: list[dict[str, Any]] = [
            {"message": {"role": "assistant", "content": part}, "done": False} for part in (words[:half], words[half:])
        ]
        counts = {"prompt_eval_count": 11, "eval_count": 7}
        lines.append({"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop", **counts})

        class Handler(_Quiet):
            def do_POST(self) -> None:
                owner.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Type", "application/x-ndjson")
                self.end_headers()
                for line in lines:
                    self.wfile.write(json.dumps({"model": "said", "created_at": "", **line}).encode() + b"\n")

        super().__init__(Handler)
        self.base_url = self.base_url.removesuffix("/v1")
