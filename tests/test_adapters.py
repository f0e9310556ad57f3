"""The assistant as parts of LangChain chains, and as notebooks show what it says."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompt_values import StringPromptValue
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough

from assistant.adapters import AssistantRetriever, AssistantRunnable
from assistant.api import Assistant
from assistant.errors import UsageError
from assistant.records import Answer
from assistant.settings import Settings
from tests.conftest import OpenEngine, article

QUESTION = "who owns the port of Halden?"
SAID = "Acme owns the port of Halden [1]."


@pytest.fixture
def assistant(settings: Settings, open_engine: OpenEngine) -> Iterator[Assistant]:
    article(settings.corpus_dir, "port.md", "Acme owns the port of Halden.", title="Port", published="2026-03-04")
    article(settings.corpus_dir, "mine.md", "Borealis owns the mine of Ruk.", title="Mine", published="2026-05-01")
    with Assistant(open_engine(), settings) as opened:
        yield opened


def test_a_retriever_brings_passages_with_what_is_known_of_them(assistant: Assistant):
    retriever = AssistantRetriever(assistant=assistant, k=1)
    (found,) = retriever.invoke(QUESTION)
    assert "Acme owns the port of Halden." in found.page_content
    assert (found.metadata["title"], found.metadata["published"]) == ("Port", "2026-03-04")
    assert asyncio.run(retriever.ainvoke(QUESTION)) == [found]


def test_the_answer_of_a_chain_carries_its_citations(assistant: Assistant):
    found = AssistantRunnable(assistant).invoke(QUESTION)
    assert SAID in found.content
    assert Answer.from_dict(found.response_metadata).citations[0].quote == "Acme owns the port of Halden."


def test_it_drops_into_a_chain_whole_streamed_and_awaited(assistant: Assistant):
    chain = {"question": RunnablePassthrough()} | AssistantRunnable(assistant) | StrOutputParser()
    whole = chain.invoke(QUESTION)
    assert SAID in whole
    assert "".join(chain.stream(QUESTION)) == whole
    assert asyncio.run(chain.ainvoke(QUESTION)) == whole

    async def streamed() -> str:
        return "".join([piece async for piece in chain.astream(QUESTION)])

    assert asyncio.run(streamed()) == whole


def test_the_pieces_of_a_stream_make_the_answer(assistant: Assistant):
    first, *others = AssistantRunnable(assistant).stream(QUESTION)
    whole = first
    for piece in others:
        whole += piece
    assert SAID in whole.content
    assert whole.response_metadata["answered"] is True


def test_messages_before_the_question_are_the_conversation(assistant: Assistant):
    said = [SystemMessage("Say yes."), HumanMessage(QUESTION), AIMessage(SAID), HumanMessage("and the mine of Ruk?")]
    assert "Borealis" in AssistantRunnable(assistant).invoke(said).content
    for wrong in ([], [AIMessage("yes")], {"quest": "x"}):
        with pytest.raises(UsageError, match=r"has to be the question|has no question"):
            AssistantRunnable(assistant).invoke(wrong)


@pytest.mark.parametrize(
    "given",
    [
        ChatPromptTemplate.from_messages([("system", "Say yes."), ("human", "{q}")]).invoke({"q": QUESTION}),
        StringPromptValue(text=QUESTION),
        HumanMessage(QUESTION),
        [("system", "Say yes."), ("human", QUESTION)],
        [{"role": "user", "content": QUESTION}],
        {"question": QUESTION, "history": [SystemMessage("Say yes."), HumanMessage("hi"), AIMessage("hello")]},
    ],
    ids=lambda given: type(given).__name__,
)
def test_whatever_a_chat_model_takes_is_asked(assistant: Assistant, given: Any):
    runnable = AssistantRunnable(assistant)
    assert SAID in runnable.invoke(given).text
    assert SAID in "".join(piece.text for piece in runnable.stream(given))


@pytest.mark.parametrize("given", [[], 7, None, {"q": "x"}, [AIMessage("x")], [("nobody", "x")]])
def test_what_is_no_question_is_told_in_a_line(assistant: Assistant, given: Any):
    with pytest.raises(UsageError):
        AssistantRunnable(assistant).invoke(given)


def test_amounts_in_a_notebook_are_no_formulas(assistant: Assistant):
    shown = assistant.ask(QUESTION)._repr_html_()
    assert re.match(r'<div class="[^"]*\bmathjax_ignore\b', shown)  # of MathJax 3
    assert re.match(r'<div class="[^"]*\btex2jax_ignore\b', shown)  # of MathJax 2


def test_a_notebook_shows_an_answer_with_its_sources_and_runs_nothing_of_it(assistant: Assistant):
    answer = assistant.ask(QUESTION)
    shown = answer._repr_html_()
    assert SAID in shown
    assert "<q>Acme owns the port of Halden.</q><br>Port, 4 March 2026" in shown
    hostile = "<script>alert(1)</script>"
    cited = [replace(answer.citations[0], quote=hostile, title=hostile, publisher=hostile)]
    shown = replace(answer, text=hostile, understood=hostile, citations=cited, notes=[hostile])._repr_html_()
    assert "<script" not in shown
    assert "The articles do not say." in assistant.ask("who owns the dam of Orr?")._repr_html_()


def test_nothing_of_langchain_is_loaded_by_who_does_not_use_it():
    heavy = {"langchain_core", "mcp", "fastapi", "torch"}
    code = f"import assistant, sys; print([m for m in sys.modules if m.split('.')[0] in {heavy}])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
