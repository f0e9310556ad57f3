"""The last version of a document that could be read, for as long as its file's newest version cannot be.

It lies in `state_dir`: the index may be thrown away meanwhile, and the file no longer holds it.
"""

from __future__ import annotations

import contextlib
import json
import secrets
from dataclasses import replace
from pathlib import Path

from ..errors import CorpusError
from ..records import Document


class Kept:
    """A folder of documents as JSON, one file for each id."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, document: Document, content_hash: str) -> None:
        """Keep a document, whole or not at all, in place of an earlier version. Raises CorpusError."""
        target = self._folder / f"{document.document_id}.json"
        beside = target.with_suffix(f".{secrets.token_hex(4)}")
        plain = {"content_hash": content_hash, "document": replace(document, sources=[], similar=[]).to_dict()}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(plain), encoding="utf-8")
            beside.replace(target)
        except OSError as error:
            raise CorpusError(f"cannot write {target} ({error.strerror}); check its folder and the free disk") from None

    def load(self, document_id: str) -> tuple[Document, str] | None:
        """A kept document and the hash of the bytes it was made of; None when none is kept."""
        try:
            plain = json.loads((self._folder / f"{document_id}.json").read_text(encoding="utf-8"))
            return Document.from_dict(plain["document"]), str(plain["content_hash"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def set_aside(self, document_id: str) -> None:
        """Keep a document beyond `forget_all_but`, as it is removed and may be brought back."""
        with contextlib.suppress(OSError):
            target = self._folder / "removed" / f"{document_id}.json"
            target.parent.mkdir(parents=True, exist_ok=True)
            (self._folder / f"{document_id}.json").replace(target)

    def bring_back(self, document_id: str) -> None:
        """Undo `set_aside`."""
        with contextlib.suppress(OSError):
            (self._folder / "removed" / f"{document_id}.json").replace(self._folder / f"{document_id}.json")

    def delete(self, document_id: str) -> None:
        """Delete what is kept of a document, also where it is set aside."""
        for folder in (self._folder, self._folder / "removed"):
            (folder / f"{document_id}.json").unlink(missing_ok=True)

    def forget_all_but(self, document_ids: set[str]) -> None:
        """Let go of documents whose files can be read again or are gone."""
        for path in self._folder.glob("*"):
            if path.suffix != ".json" or path.stem not in document_ids:  # the first is left of a save that was cut off
                with contextlib.suppress(OSError):
                    path.unlink()
