"""What is added becomes a file of the corpus folder: under a free name, or in place of its former version."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from ..access import ROOT, collection_of, plain_path
from ..errors import DocumentError
from ..formats import SUFFIXES, suffix, unknown_format
from ..formats.loading import AMENDABLE, amendments_path, read
from ..formats.markup import mapping
from ..indexing.catalogue import Catalogue
from ..language.terms import printable
from ..settings import Settings
from . import folder
from .page_files import PageFile, as_yaml, was_fetched
from .trash import Trash


class Intake:
    """Puts files and fetched pages into a corpus folder. What they take the place of is in the trash."""

    def __init__(self, settings: Settings, catalogue: Catalogue, trash: Trash) -> None:
        self._settings = settings
        self._folder = settings.corpus_dir
        self._catalogue = catalogue
        self._trash = trash

    def put_page(self, page: PageFile, url: str, collection: str) -> str:
        """Write a fetched page; its source, which is that of its former version, which then goes to the trash."""
        former = [
            source
            for source in self._catalogue.fetched_from(url)
            if was_fetched(self._folder / source) and self._is_in(source, collection)
        ]
        beside = folder.read_source(self._settings, former[0]).amendments if former else b""
        corrected = mapping(beside.decode("utf-8", "replace"), "its correction")
        if former:
            self._overwrite(former[0], page.data)
        source = former[0] if former else folder.put(self._folder, page.name, page.data, collection)
        kept = {key: value for key, value in corrected.items() if key in AMENDABLE}
        if kept or page.amendments:
            whence = mapping(page.amendments.decode(), "the page's address")
            folder.put_beside(self._folder / source, as_yaml(whence | kept, stated=False))
        return source

    def _overwrite(self, source: str, data: bytes) -> None:
        """Put other bytes in a file's place; what it held is in the trash."""
        if (self._folder / source).is_file():
            self._trash.copy(source)
        folder.overwrite(self._folder, source, data)

    def _is_in(self, source: str, collection: str) -> bool:
        names = list(map(plain_path, self._settings.collections))
        return collection_of(source, names) == (collection_of(f"{collection}/x", names) if collection else ROOT)

    def put_file(self, file: Path, failing: Collection[str], notes: list[str], collection: str = "") -> tuple[str, str]:
        """Copy one file into a collection: its source there, or the reason in words why it could never be read.

        It takes the place of a file of its name that could not be read.
        """
        if suffix(file.name) not in SUFFIXES:
            return "", unknown_format(file.name)
        try:
            raw = read(file, self._settings.max_file_bytes)
        except DocumentError as error:
            return "", str(error)
        wanted = f"{collection}/{file.name}" if collection else file.name
        if wanted in failing:
            source = wanted
            self._overwrite(source, raw.data)
        else:
            source = folder.put(self._folder, file.name, raw.data, collection)
        beside = amendments_path(self._folder / source)
        if raw.amendments and os.path.lexists(beside):
            if beside.read_bytes() != raw.amendments:
                notes.append(f"the correction of {source} stays as it is; the one beside the added file differs")
        elif raw.amendments:
            folder.put_beside(self._folder / source, raw.amendments)
        if source != wanted:
            notes.append(f"{printable(file.name)} is kept as {source}, as another file has that name")
        return source, ""
