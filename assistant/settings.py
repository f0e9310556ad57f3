"""All settings, read once and passed down frozen.

From arguments, then `ASSISTANT_*` environment variables, then `assistant.toml` in the current folder,
then the defaults below. An unknown key, wherever it stands, is a `SettingsError`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from platformdirs import user_cache_path
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from .errors import SettingsError
from .redaction import redacted

PREFIX = "ASSISTANT_"
FILE = "assistant.toml"
EMBEDDED, EXTRACTIVE = "embedded", "extractive"
"""Values of `llm`: the local model, and none at all; everything else names a provider."""
BUNDLED_EMBEDDING_MODEL = "all-MiniLM-L6-v2"
PARSING_LIMITS = ("max_characters", "max_pages", "max_expanded_bytes", "max_parse_seconds")
"""Settings that say what a file may hold and how long it may take to read."""
FILE_LIMITS = ("max_file_bytes", *PARSING_LIMITS)
"""Settings on which it hangs whether a file is read: with others, those that were refused are tried again."""


class Settings(BaseSettings):
    """Where things are and which models are used. Relative paths are taken from the current folder.

    `repr` and `str` show no credentials of `llm_base_url`; `model_dump` has them, as the owner process needs them.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, toml_file=FILE, extra="forbid", frozen=True
    )

    corpus_dir: Path = Field(Path("corpus"), description="the folder of documents; it is the truth")
    data_dir: Path = Field(Path(".assistant/index"), description="the derived index; it can be thrown away")
    state_dir: Path = Field(
        Path(".assistant/state"), description="document ids, trash, conversations; never thrown away"
    )
    cache_dir: Path = Field(
        default_factory=lambda: user_cache_path("briefing-assistant", appauthor=False),
        description="downloaded models, shared by all corpora of a user",
    )
    llm: str = Field(EMBEDDED, description="embedded, extractive, or provider:model")
    llm_base_url: str | None = Field(None, description="an OpenAI-compatible server")
    llm_timeout: float = Field(
        120.0,
        gt=0,
        description="seconds without a word after which a model has failed; a whole answer may take five times that",
    )
    gguf: Path | None = Field(None, description="another model file for llm=embedded")
    llm_at_once: int = Field(
        8, ge=1, description="how many questions a provider's model is asked at a time; the local one takes one"
    )
    threads: int | None = Field(None, ge=1, description="processor threads of the local model; all by default")
    embedding_model: str = Field(
        BUNDLED_EMBEDDING_MODEL, description="a sentence-transformers model: the bundled one, a folder, or a hub's name"
    )
    read_only: bool = Field(
        False, description="use an index that was prepared elsewhere, without syncing; what cannot be written is anyway"
    )
    offline: bool = Field(False, description="refuse every model and server that is not on this machine")
    owner_idle_seconds: float = Field(
        300.0, gt=0, allow_inf_nan=False, description="how long index and models stay loaded unused"
    )
    stop_seconds: float = Field(
        30.0, ge=0, allow_inf_nan=False, description="how long answers under way are waited for when it is told to stop"
    )
    log: Literal["off", "json"] = Field("off", description="json writes a line for each question, without its words")
    log_file: Path | None = Field(None, description="where these lines go; owner.log in data_dir by default")
    log_text: bool = Field(False, description="have these lines hold question and answer, too")
    otel: bool = Field(False, description="send OpenTelemetry spans of each question, without its words")
    langsmith: bool = Field(
        False, description="let LANGSMITH_TRACING switch LangSmith on, which is sent questions and passages"
    )
    host: str = Field("127.0.0.1", description="the page's address")
    allowed_hosts: str = Field(
        "", description="names under which browsers may reach the page besides localhost, with commas between"
    )
    sign_in: bool = Field(False, description="people sign in to use the page ('assistant users add' makes them)")
    open_to_anyone: bool = Field(False, description="serve the page beyond this machine without sign-in")
    session_hours: float = Field(
        12.0, gt=0, allow_inf_nan=False, description="how long somebody stays signed in at the page"
    )
    questions_per_minute: int = Field(20, ge=1, description="how many questions each person may ask within a minute")
    collections: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="folders of the corpus, each with the roles and groups that may read it; others are everyone's",
    )
    review_questions: bool = Field(
        True, description="keep questions that find no answer, so that maintainers see what is missing; without names"
    )
    keep_days: int | None = Field(
        None, ge=1, description="days after which conversations, and what was said of answers, are deleted"
    )
    port: int = Field(7860, ge=0, le=65535, description="the page's port; 0 takes a free one")
    max_question_characters: int = Field(2000, ge=1, description="a longer question is refused")
    max_waiting: int = Field(32, ge=0, description="how many questions may wait for the language model")
    max_file_bytes: int = Field(50_000_000, ge=1, description="a larger file is reported, not read")
    fetch_urls: bool = Field(False, description="fetch web addresses that somebody adds")
    fetch_private: bool = Field(False, description="fetch from private networks and this machine, too")
    fetch_seconds: float = Field(30.0, gt=0, allow_inf_nan=False, description="how long fetching one address may take")
    max_characters: int = Field(5_000_000, ge=1, description="a file with more text is reported, not read")
    max_pages: int = Field(2_000, ge=1, description="a PDF or presentation with more pages is reported, not read")
    max_expanded_bytes: int = Field(
        500_000_000, ge=1, description="a DOCX, PPTX, XLSX or EPUB that unpacks to more is reported, not read"
    )
    max_parse_seconds: float = Field(
        120.0, gt=0, allow_inf_nan=False, description="a file that takes longer to read is reported"
    )
    reranker_model: str | None = Field(
        None, description="a sentence-transformers CrossEncoder that puts passages in order; none by default"
    )
    ray_address: str | None = Field(
        None, description="the Ray cluster of `assistant sync --engine ray`; by default one is started on this machine"
    )
    ray_workers: int | None = Field(None, ge=1, description="its workers; as many as it has processors by default")
    chroma_url: str | None = Field(
        None, description="a Chroma server that several machines share, such as http://chroma.example:8000"
    )

    def __init__(self, **values: Any) -> None:
        """Read and check all settings. Raises `SettingsError`, one line, naming the key and the value."""
        unknown = sorted(_environment_keys() - set(type(self).model_fields))
        if unknown:
            name = PREFIX + unknown[0].upper()
            raise SettingsError(f"unknown setting {name} in the environment; unset it ({_known()})")
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SettingsError(_one_line(error)) from None
        except ValueError as error:  # a TOML file that cannot be parsed
            raise SettingsError(f"{FILE}: {error}; mend that line or move the file away") from None

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        for name, value in super().__repr_args__():
            yield name, redacted(value) if isinstance(value, str) else value

    @field_validator("corpus_dir", "data_dir", "state_dir", "cache_dir", "gguf", "log_file")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return path and Path(os.path.abspath(path.expanduser()))

    @field_validator("chroma_url")
    @classmethod
    def _a_server(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            fine = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:  # of a port that is no number
            fine = False
        if not fine or parts.query or parts.fragment:
            raise ValueError("it is no address of a server; write http://HOST:PORT, or https://USER:PASSWORD@HOST")
        return value

    @field_validator("collections")
    @classmethod
    def _inside(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for name in value:
            if ".." in name.replace("\\", "/").split("/") or not name.strip():
                raise ValueError(f"{name!r} is no folder of the corpus; name one by its path in it, such as board")
        return value

    @field_validator("llm")
    @classmethod
    def _known_llm(cls, value: str) -> str:
        provider, colon, model = value.partition(":")
        if value in (EMBEDDED, EXTRACTIVE) or (colon and provider and model):
            return value
        raise ValueError("llm is 'embedded', 'extractive' or 'provider:model', such as 'openai:gpt-4o-mini'")

    @model_validator(mode="after")
    def _apart(self) -> Self:
        for name in ("data_dir", "state_dir"):
            folder: Path = getattr(self, name)
            if folder.is_relative_to(self.corpus_dir) or self.corpus_dir.is_relative_to(folder):
                raise ValueError(
                    f"{name} = {folder} and corpus_dir = {self.corpus_dir} must lie apart; set one elsewhere"
                )
        if self.read_only and self.chroma_url:
            raise ValueError("read_only reads a prepared folder, chroma_url a server; unset one of them")
        return self

    @classmethod
    def settings_customise_sources(  # noqa: D102 - pydantic-settings calls it
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def _environment_keys() -> set[str]:
    return {key[len(PREFIX) :].lower() for key in os.environ if key.upper().startswith(PREFIX)}


def _known() -> str:
    return "known: " + ", ".join(Settings.model_fields)


def _one_line(error: ValidationError) -> str:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if not key:
        return first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        return f"unknown setting {key!r}; remove it ({_known()})"
    reason = first["msg"].removeprefix("Value error, ")
    return f"setting {key} = {first.get('input')!r}: {reason}"
