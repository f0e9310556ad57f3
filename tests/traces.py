"""What is asked and kept, and the files in which a word of it is left."""

from __future__ import annotations

from pathlib import Path

from assistant.api import Assistant
from assistant.people.exchanges import Exchange
from assistant.records import Answer

SECRET = "Xanthippe"


def asked(assistant: Assistant, *questions: str) -> str:
    """A kept conversation."""
    conversation_id = assistant.conversations.begin(questions[0])
    answers: list[Answer] = []
    for question in questions:
        answers.append(assistant.ask(question, history=answers))
        exchange = Exchange(question, text=answers[-1].text, answer=answers[-1])
        assistant.conversations.append(conversation_id, exchange)
    return conversation_id


def holding(secret: str, *folders: Path) -> list[str]:
    """The files that hold a word, in whatever encoding text is kept."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    words = {form.encode(code) for form in (secret, secret.lower()) for code in ("utf-8", "utf-16-le")}
    return [path.name for path in files if any(word in path.read_bytes() for word in words)]
