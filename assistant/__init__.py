"""Ask an organisation's dated articles; every claim of an answer carries the exact sentence it rests on."""

from .api import Assistant, ask
from .errors import (
    AssistantError,
    CorpusError,
    DocumentError,
    EmptyCorpus,
    IndexFailure,
    ModelDamaged,
    ModelError,
    ModelMissing,
    ModelUnavailable,
    OwnerError,
    QuestionError,
    SettingsError,
    UnknownDocument,
    UsageError,
)
from .grounding import check_claim
from .records import (
    Answer,
    Citation,
    ClaimCheck,
    Derived,
    Document,
    Done,
    Filters,
    Passage,
    Progress,
    Retrieved,
    SyncReport,
    Text,
)
from .settings import Settings

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "Assistant",
    "AssistantError",
    "Citation",
    "ClaimCheck",
    "CorpusError",
    "Derived",
    "Document",
    "DocumentError",
    "Done",
    "EmptyCorpus",
    "Filters",
    "IndexFailure",
    "ModelDamaged",
    "ModelError",
    "ModelMissing",
    "ModelUnavailable",
    "OwnerError",
    "Passage",
    "Progress",
    "QuestionError",
    "Retrieved",
    "Settings",
    "SettingsError",
    "SyncReport",
    "Text",
    "UnknownDocument",
    "UsageError",
    "ask",
    "check_claim",
]
