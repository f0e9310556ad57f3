from pathlib import Path

import pytest

from assistant import Assistant
from assistant.commands.evaluation import Expected, evaluate, read_questions
from assistant.errors import UsageError
from assistant.settings import Settings
from tests.conftest import OpenEngine, article


def test_questions_are_scored_by_where_the_expected_document_or_words_come(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "port.md", "Acme owns the port.", title="Port")
    article(settings.corpus_dir, "mine.md", "Bolt owns the mine.", title="Mine")
    assistant = Assistant(open_engine(), settings)
    assistant.sync()
    score = evaluate(
        assistant,
        [
            Expected("who owns the port?", documents=("port.md",)),
            Expected("who owns the mine?", words=("bolt",)),
            Expected("who owns the port?", documents=("nothing.md",)),
            Expected("who owns the port?", documents=("Mine",)),
        ],
        answers=True,
    )
    retrieval = {"questions": 4, "hit@1": 0.5, "hit@5": 0.75, "mrr@10": 0.625}
    assert score == retrieval | {"answered": 1.0, "as_expected": 0.5}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "holds no question"),
        ("{}", ":1: not a JSON object with a question"),
        ('{"question": "q"}', ":1: says neither"),
    ],
)
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: str, message: str):
    path = tmp_path / "q.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        read_questions(path)
