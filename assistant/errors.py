"""Every error a caller can cause or meet.

AssistantError
├── UsageError              the caller asked for something that cannot be done
│   ├── SettingsError       a setting that is unknown, malformed or not usable here
│   ├── QuestionError       a question that is empty or too long
│   ├── UnknownDocument     a document id that the corpus does not hold
│   ├── UnknownConversation a conversation that was deleted, or is somebody else's
│   ├── NotAllowed          something that takes a role which the person does not have
│   └── TooMany             more questions, or wrong passwords, within a time than are taken
├── CorpusError             the corpus folder cannot be read or written
│   ├── EmptyCorpus         there is nothing to ask
│   ├── DocumentError       one file cannot be made into a document; carries the reason
│   └── FetchError          a web address cannot be fetched; carries the reason
├── IndexFailure            the derived index cannot be opened or written
│   └── DamagedFile         a file of index or state is not what was written; carries its path and the reason
├── ModelError              a language or embedding model cannot be used
│   ├── ModelMissing        its weights are not on this machine
│   ├── ModelDamaged        its weights are not the published ones
│   ├── ModelUnavailable    it was reached and did not answer
│   └── ModelBusy           as many questions wait for it as may
├── OwnerError              the process that holds index and models cannot be started or reached
└── ShuttingDown            the program is told to end, and takes no further question

A message says what is wrong, with which value, and what to do next, in one line. Secrets in it are redacted, so that
it may be shown, logged and kept.
That the articles do not say is no error: it is an `Answer` with `answered=False`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

from .redaction import redacted


class AssistantError(Exception):
    """The root of the tree above; catching it catches whatever this package raises on purpose."""

    def __init__(self, *said: object) -> None:
        super().__init__(*(redacted(each) if isinstance(each, str) else each for each in said))


class UsageError(AssistantError):
    """The caller asked for something that cannot be done."""


class SettingsError(UsageError):
    """A setting is unknown, malformed or not usable here."""


class QuestionError(UsageError):
    """A question is empty or too long."""


class UnknownDocument(UsageError):
    """The corpus holds no document of that id."""


class UnknownConversation(UsageError):
    """No conversation of that id is kept, or it is somebody else's."""


class NotAllowed(UsageError):
    """The person does not have the role that this takes."""


class TooMany(UsageError):
    """More questions, or wrong passwords, within a time than are taken from one person."""

    wait = 0.0
    """Seconds until the next is taken."""


class CorpusError(AssistantError):
    """The corpus folder cannot be read or written."""


class EmptyCorpus(CorpusError):
    """There is nothing to ask: the corpus holds no document."""


class DocumentError(CorpusError):
    """One file cannot be made into a document; the message is the reason."""


class FetchError(CorpusError):
    """A web address cannot be fetched; the message is the reason."""


class IndexFailure(AssistantError):
    """The derived index cannot be opened or written."""


class DamagedFile(IndexFailure):
    """A file of index or state is not what was written. It is mended from the corpus folder where that is possible."""

    path = Path()
    reason = ""

    @classmethod
    def of(cls, path: Path, reason: str) -> Self:
        """The error for one file, and why it is taken for damaged."""
        error = cls(f"{path} is damaged ({reason}); 'assistant doctor --repair' mends it")
        error.path, error.reason = path, reason
        return error


class ModelError(AssistantError):
    """A language or embedding model cannot be used."""


class ModelMissing(ModelError):
    """The model's weights, or the package that runs it, are not on this machine."""


class ModelDamaged(ModelError):
    """The model's weights are not the published ones."""


class ModelUnavailable(ModelError):
    """The model was reached and did not answer as a model does."""


class ModelBusy(ModelError):
    """As many questions wait for the model as may."""


class OwnerError(AssistantError):
    """The process that holds index and models cannot be started or reached."""


class ShuttingDown(AssistantError):
    """The program is told to end: it takes no further question, or could not wait for the end of this one."""


def first_line(error: BaseException) -> str:
    """The first line of what an error says; its kind where it says nothing."""
    return str(error).strip().partition("\n")[0].strip() or type(error).__name__


def by_name(name: str) -> type[AssistantError]:
    """The class of the tree called `name`; the root itself for a name it does not know."""
    waiting: list[type[AssistantError]] = [AssistantError]
    for kind in waiting:
        if kind.__name__ == name:
            return kind
        waiting.extend(kind.__subclasses__())
    return AssistantError
