"""A cross-encoder by setting: a tiny one, built here."""

from pathlib import Path

import pytest

from assistant.errors import ModelMissing
from assistant.finding.reranking import Reranker, open_reranker
from assistant.records import Passage, Progress
from assistant.settings import Settings

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of 4 dimensions whose score rises with the number of times `port` is read."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("reranker")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "port", "mine", "."]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=4,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=4,
        num_labels=1,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def passages() -> list[Passage]:
    return [Passage("id", f"{n}.md", "mine", "port . " * n, 0, 7 * n, 0.5) for n in (1, 5, 9)]


def test_passages_come_back_in_the_models_order_with_its_scores(tiny: Path):
    seen: list[Progress] = []
    reranker = Reranker(str(tiny), progress=seen.append)
    assert seen == []
    ordered = reranker.order("port", passages())
    assert {passage.source for passage in ordered} == {"1.md", "5.md", "9.md"}
    scores = [passage.score for passage in ordered]
    assert scores == sorted(scores, reverse=True)
    assert scores != [0.5, 0.5, 0.5]
    assert all(0 <= score <= 1 for score in scores)
    assert [progress.step for progress in seen] == ["loading the reranker"]


def test_no_passages_load_no_model(tmp_path: Path):
    assert Reranker(str(tmp_path / "nothing")).order("port", []) == []


def test_a_reranker_that_is_not_there_says_what_to_do(tmp_path: Path):
    with pytest.raises(ModelMissing, match="leave reranker_model out"):
        Reranker(str(tmp_path / "nothing"), offline=True).order("port", passages())


def test_none_is_the_default():
    assert open_reranker(Settings(), lambda _: None) is None
