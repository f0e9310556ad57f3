"""What models say, in the forms in which they say it, as claims."""

import json
import time

import pytest
from langchain_core.messages import AIMessageChunk

from assistant.answers.claimed import Proposal, claims_of, proposals, text_of

STRUCTURE = json.dumps({"claims": [{"sentence": 2, "claim": "Acme owns it."}, {"sentence": 3, "claim": "Bo runs it."}]})
BOTH = [Proposal(2, "Acme owns it."), Proposal(3, "Bo runs it.")]


def read(said: str, *, ended: bool = True) -> list[Proposal] | None:
    claims = claims_of(said, ended=ended)
    return None if claims is None else list(proposals(claims, 9))


@pytest.mark.parametrize(
    "said",
    [
        STRUCTURE,
        f"Here it is:\n```json\n{STRUCTURE}\n```\nI hope that helps!",
        f"<think>Is it [4] or [5]?\n[4] no.</think>\n{STRUCTURE}",
        "[2] Acme owns it.\n[3] Bo runs it.",
        "The answer:\n\n- [2]: Acme owns it.\n- **[3]** Bo runs it.\n",
        "2. Acme owns it.\n3) Bo runs it.",
        "Sentence 2: Acme owns it.\nsentence 3: Bo runs it.",
        "1. Acme owns it. [2]\n2. Bo runs it [3].",
        "<think>hm</think>[2] Acme owns it.\n[3] Bo runs it.",
    ],
)
def test_claims_are_read_from_a_structure_and_from_numbered_lines(said: str):
    assert [replace(one) for one in read(said) or []] == [replace(one) for one in BOTH]


def replace(one: Proposal) -> tuple[int, str]:
    return one.sentence, one.claim.rstrip(".")


@pytest.mark.parametrize("said", ['{"claims": []}', "none", "None.", '"none"', "<think>[2]?</think>none"])
def test_no_claim_at_all_can_be_said(said: str):
    assert read(said) == []


@pytest.mark.parametrize("said", ["", "I am not sure.", "In 2026 it grew.", '{"claims": "no"}', "<think>[2] Acme"])
def test_talk_is_no_claim_and_no_word_that_there_is_none(said: str):
    assert read(said) is None


@pytest.mark.parametrize("said", [STRUCTURE, "[2] Acme owns it.\n[3] Bo runs it.\n"])
def test_no_claim_is_read_before_it_is_whole(said: str):
    for end in range(len(said)):
        for one in read(said[:end], ended=False) or []:
            assert one in BOTH


@pytest.mark.parametrize("said", ["[0] x y.", "[10] x y.", "[2] ", '{"claims": [{"sentence": "2", "claim": "x"}, 7]}'])
def test_a_number_of_no_sentence_and_an_empty_claim_are_left_out(said: str):
    assert not read(said)


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize(
    "said",
    [
        "[1] " * 10_000 + "x",
        "a" + " " * 40_000 + "b",
        "*" * 40_000,
        "a[" * 20_000,
        "<think>" * 6_000,
        '{"claims": ' + "[" * 39_000,
        '{"claims": ' + "[" * 19_000 + "]" * 19_000 + "}",
        '{"claims": [{"sentence": ' + "9" * 39_000 + ', "claim": "x"}, {"sentence": 1, "claim": "x"}]}',
    ],
    ids=lambda said: said[:12] if isinstance(said, str) else None,
)
def test_no_nonsense_takes_long_to_read(said: str, ended: bool):
    began = time.process_time()
    read(said, ended=ended)
    assert time.process_time() - began < 2


def test_the_arguments_of_a_tool_are_what_a_model_says_with_it():
    call = {"name": "answer", "args": STRUCTURE, "id": "1", "index": 0, "type": "tool_call_chunk"}
    assert read(text_of(AIMessageChunk("", tool_call_chunks=[call]))) == BOTH
    blocks = [{"type": "thinking", "thinking": "[4]"}, {"type": "text", "text": "[2] Acme owns it."}]
    assert read(text_of(AIMessageChunk(blocks))) == BOTH[:1]


def test_what_is_no_claim_hides_none_that_follows_it():
    claims = [7, {"sentence": 0, "claim": "x"}, {"sentence": True, "claim": "x"}, {"sentence": 1, "claim": 5}]
    claims += [{"sentence": 1, "claim": " ; "}, {"sentence": 1, "claim": "x" * 1_001}, {"sentence": 10, "claim": "x"}]
    good = [{"sentence": 1, "claim": "Acme owns it."}, {"sentence": 9, "claim": "x" * 1_000}]
    assert list(proposals([*claims, *good], 9)) == [Proposal(1, "Acme owns it."), Proposal(9, "x" * 1_000)]


def test_of_lines_all_but_the_one_that_is_being_said_are_read():
    lines = "[2] Acme owns it.\n[3] Bo runs it."
    assert read(lines, ended=False) == BOTH[:1]
    assert read(f"{lines}\n", ended=False) == BOTH


def test_a_structure_that_is_no_object_or_holds_no_list_is_none():
    for said in ('{"claims": 5}', '{"claims": null}', '{"claims": {}}'):
        assert claims_of(said, ended=True) is None
        assert claims_of(said, ended=False) is None


def test_a_line_of_a_thousand_characters_is_read_and_no_longer_one():
    assert read(f"[2] {'x' * 996}") == [Proposal(2, "x" * 996)]
    assert read(f"[2] {'x' * 997}") is None


def test_a_claim_has_no_markers_images_tags_and_addresses_of_its_own():
    said = '[2] Acme <b>owns</b> ![it](a.png) it [4], [3, 5](x) , since "May" .'
    assert read(said) == [Proposal(2, 'Acme owns it, since "May".')]
