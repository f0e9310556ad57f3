"""The audit of dependencies, against a stand-in of the OSV service on loopback."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.conftest import CLONE

WEAK = "jinja2"


@contextmanager
def service(*weak: str, status: int = 200) -> Iterator[tuple[str, dict[str, str]]]:
    """A service that knows one weakness of each of these packages: its address, and what it was asked."""
    asked: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = query["package"]["name"]
            asked[name] = query["version"]
            events = [{"introduced": "0"}, {"fixed": "99.1"}]
            affected = {"package": query["package"], "ranges": [{"type": "ECOSYSTEM", "events": events}]}
            known = {"id": "GHSA-0000", "aliases": ["CVE-1"], "summary": "lets in whoever asks", "affected": [affected]}
            body = json.dumps({"vulns": [known]} if name in weak else {}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query", asked
        server.shutdown()


def audited(url: str, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "deploy/audit.py", "--osv-url", url, *arguments]
    done = subprocess.run(command, cwd=CLONE, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout + done.stderr


def test_every_pinned_package_is_asked_about_and_none_is_weak():
    with service() as (url, asked):
        code, said = audited(url)
    pinned = re.findall(r"(?m)^([\w.-]+)==([^\s;]+)", (CLONE / "constraints.txt").read_text(encoding="utf-8"))
    assert {re.sub(r"[-_.]+", "-", name).lower() for name, _ in pinned} == set(asked)
    assert code == 0
    assert f"{len(pinned)} packages of constraints.txt audited; known weaknesses: none" in said


def test_a_weak_package_is_named_and_fails_the_command():
    with service(WEAK) as (url, asked):
        code, said = audited(url)
    assert code == 1
    assert f"{WEAK} {asked[WEAK]}: CVE-1, GHSA-0000, mended in 99.1: lets in whoever asks" in said


def test_a_weakness_that_was_looked_at_can_be_passed_over():
    with service(WEAK) as (url, _):
        code, _ = audited(url, "--ignore-vuln", "CVE-1")
    assert code == 0


def test_a_service_that_cannot_be_reached_is_said_to_be_and_is_no_pass():
    with socket.create_server(("127.0.0.1", 0)) as line:
        port = line.getsockname()[1]
    code, said = audited(f"http://127.0.0.1:{port}/v1/query")
    assert code == 2
    assert said.startswith("NOT AUDITED")
    assert "Traceback" not in said


def test_a_service_that_fails_is_no_pass_either():
    with service(status=503) as (url, _):
        code, said = audited(url)
    assert (code, said.startswith("NOT AUDITED")) == (2, True)


def test_make_audit_is_that_command():
    done = subprocess.run(["make", "--dry-run", "audit"], cwd=CLONE, capture_output=True, text=True, check=True)
    assert "deploy/audit.py" in done.stdout
