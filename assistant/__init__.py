"""Ask an organisation's dated articles; every claim of an answer carries the exact sentence it rests on."""

from .api import Assistant, ask
from .errors import (
    AssistantError,
    CorpusError,
    DocumentError,
    EmptyCorpus,
    IndexFailure,
    ModelBusy,
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
    Waiting,
)
from .settings import Settings
from .streaming import Stream

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
    "ModelBusy",
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
    "Stream",
    "SyncReport",
    "Text",
    "UnknownDocument",
    "UsageError",
    "Waiting",
    "ask",
    "check_claim",
]
