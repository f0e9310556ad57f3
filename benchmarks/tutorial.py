"""The chain that LangChain's tutorials build, on the product's own models: what `benchmarks.answers` compares with.

Files cut by RecursiveCharacterTextSplitter(1000, 200), the bundled embedding model, Chroma, the 4 nearest
chunks, one prompt, the language model that the settings name (the local one where they name none).
"""

from __future__ import annotations

import importlib
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Self

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import Runnable, RunnableParallel, RunnablePassthrough

from assistant import Settings
from assistant.indexing.sentence_transformer import SentenceTransformerEmbedder
from assistant.language_models.models import open_chat_model
from assistant.language_models.weights import model_file
from assistant.settings import EXTRACTIVE

_PROMPT = """Answer the question based only on the following context:

{context}

Question: {question}
"""


class MiniLM(Embeddings):
    """The bundled model as tutorials call it: `encode`, which cuts a text over the window in silence."""

    def __init__(self, settings: Settings) -> None:
        self._model = SentenceTransformerEmbedder(settings.embedding_model, offline=settings.offline)._model

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """The vectors of chunks."""
        vectors: list[list[float]] = self._model.encode(texts, show_progress_bar=False).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        return self.embed_documents([text])[0]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the chain said, the chunks it read (`metadata["source"]` is the file), and how long it took."""

    text: str
    chunks: list[Document]
    seconds: float


class Tutorial:
    """The chain over the Markdown files of `corpus_dir`, front matter and all. Use it in a `with` block."""

    def __init__(self, settings: Settings) -> None:
        """Load the models and index the files, in a folder of its own that goes on `close`."""
        if settings.llm == EXTRACTIVE:
            settings = settings.model_copy(update={"llm": "embedded"})
        splitting, chroma = _libraries("langchain_text_splitters", "langchain_chroma")
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
            model = open_chat_model(settings, lambda _: None)
            assert model is not None  # noqa: S101 - extractive was replaced above
            stack.callback(model.close)
            files = [
                Document(path.read_text(encoding="utf-8"), metadata={"source": path.name})
                for path in sorted(settings.corpus_dir.glob("*.md"))
            ]
            chunks = splitting.RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(files)
            store = chroma.Chroma.from_documents(chunks, MiniLM(settings), persist_directory=folder)
            self._chain = _chain(store.as_retriever(search_kwargs={"k": 4}), model.chat)
            self._open = stack.pop_all()

    def ask(self, question: str) -> Reply:
        """One question, without a conversation."""
        began = time.perf_counter()
        said = self._chain.invoke(question)
        return Reply(said["answer"], said["chunks"], time.perf_counter() - began)

    def close(self) -> None:
        """Stop the language model and remove the folder."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def model_name(settings: Settings) -> str:
    """The language model that the chain asks under these settings."""
    return model_file(settings).name if settings.llm in ("embedded", EXTRACTIVE) else settings.llm


def _chain(retriever: Runnable[str, Any], chat: Runnable[Any, Any]) -> Runnable[str, dict[str, Any]]:
    answer = (
        RunnablePassthrough.assign(context=lambda given: "\n\n".join(c.page_content for c in given["chunks"]))
        | ChatPromptTemplate.from_template(_PROMPT)
        | chat
        | StrOutputParser()
    )
    return RunnableParallel(chunks=retriever, question=RunnablePassthrough()).assign(answer=answer)


def _libraries(*names: str) -> list[Any]:
    try:
        return [importlib.import_module(name) for name in names]
    except ImportError as error:
        packages = " ".join(names).replace("_", "-")
        sys.exit(f"{error.name} is not installed; run 'pip install {packages}', or leave out the tutorial chain")
