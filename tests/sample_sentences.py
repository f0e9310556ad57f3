"""Every sentence of the sample corpus."""

from assistant.language.sentences import sentences
from tests.conftest import SAMPLE_CORPUS

SAMPLE_SENTENCES = [
    span.of(text)
    for path in sorted(SAMPLE_CORPUS.glob("*.md"))
    for text in [path.read_text(encoding="utf-8").split("---\n", 2)[2]]
    for span in sentences(text)
    if not span.heading and len(span.of(text).split()) > 2
]
