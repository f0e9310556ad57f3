"""Which documents say nearly the same: MinHash over runs of three words, found again by bands.

A document's runs of words are its "shingles", the share that two documents have in common is their resemblance, and it
is estimated by the share of permutations whose smallest value agrees: Broder, On the resemblance and containment of
documents, 1997. Signatures cut into bands, of which one must agree, stand for that share without comparing all pairs:
Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3. Permutations and hashes are datasketch's.
"""

from __future__ import annotations

import re
import sqlite3

import numpy as np
from numpy.typing import NDArray

BANDS = 20
_ROWS = 6
"""Of a signature in a band: with 20 bands, of two documents that share four fifths one pair in 500 is missed."""
ALIKE = 0.8
"""Share of the runs of three words that two documents must have in common."""
_RUN = 3
_FEWEST = 20
"""Words: a shorter text has too few runs to be compared."""
_LOOKED_AT, _MOST_ALIKE = 100, 10
"""Documents that may be nearly the same: so many are compared with one, and so many are linked to it."""
_WORD = re.compile(r"\w+")

Signature = NDArray[np.uint32]


def signature(text: str) -> Signature | None:
    """The signature of a text, of BANDS × 6 numbers; None for a text that is too short to compare."""
    from datasketch import MinHash

    words = _WORD.findall(text.lower())
    if len(words) < _FEWEST:
        return None
    runs = {" ".join(words[i : i + _RUN]).encode("utf-8", "replace") for i in range(len(words) - _RUN + 1)}
    found = MinHash(num_perm=BANDS * _ROWS)
    found.update_batch(sorted(runs))
    return np.asarray(found.hashvalues, dtype=np.uint32)


def bands(of: Signature) -> list[bytes]:
    """Its bands: two documents that are alike have one in common, as good as always."""
    return [band.tobytes() for band in of.reshape(BANDS, _ROWS)]


def resemblance(one: Signature, other: Signature) -> float:
    """The share of runs that two documents have in common (Jaccard), estimated from their signatures."""
    return float(np.mean(one == other))


def link_alike(connection: sqlite3.Connection, document_id: str, signature: Signature) -> None:
    """Remember a document's signature, and which documents say nearly the same."""
    own = list(enumerate(bands(signature)))
    found = connection.execute(
        "SELECT DISTINCT s.document_id, s.signature FROM signatures s JOIN bands b USING (document_id) WHERE "
        + " OR ".join("(b.band = ? AND b.key = ?)" for _ in own)
        + " LIMIT ?",
        [*(value for pair in own for value in pair), _LOOKED_AT],
    ).fetchall()
    nearness = {
        row["document_id"]: resemblance(signature, np.frombuffer(row["signature"], dtype=np.uint32)) for row in found
    }
    alike = sorted((i for i, near in nearness.items() if near >= ALIKE), key=lambda i: -nearness[i])[:_MOST_ALIKE]
    connection.execute("INSERT INTO signatures VALUES (?, ?)", (document_id, signature.tobytes()))
    connection.executemany("INSERT INTO bands VALUES (?, ?, ?)", [(*pair, document_id) for pair in own])
    pairs = [(document_id, other) for other in alike]
    connection.executemany("INSERT INTO alike VALUES (?, ?)", pairs + [(other, one) for one, other in pairs])
