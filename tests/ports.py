"""Twenty ports with an owner each, for as many people to ask about."""

from __future__ import annotations

from assistant.api import Assistant
from assistant.language_models.models import ChatModel
from assistant.settings import Settings
from tests.conftest import OpenEngine, article

PORTS = {f"{letter}{3 * letter.lower()}um": f"{letter}{3 * letter.lower()}ov" for letter in "ABCDEFGHIJKLMNOPQRST"}


def on_ports(settings: Settings, open_engine: OpenEngine, model: ChatModel) -> Assistant:
    """An assistant that has read of them, and asks this model."""
    for port, owner in PORTS.items():
        article(settings.corpus_dir, f"{port}.md", f"{owner} owns {port} outright.", title=f"About {port}")
    engine = open_engine(model)
    engine.sync()
    return Assistant(engine, settings)
