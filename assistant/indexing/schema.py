"""The tables of the catalogue. A catalogue of another version is begun anew."""

CATALOGUE = "catalogue.sqlite"
VECTORS = "chroma"
"""The names of the two halves of an index in its data folder."""
CATALOGUE_VERSION = 7
SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE documents (
    document_id TEXT PRIMARY KEY,
    content_hash TEXT NOT NULL,
    record TEXT NOT NULL,
    text TEXT NOT NULL,
    publisher TEXT,
    published INTEGER NOT NULL,
    digest TEXT NOT NULL
);
CREATE TABLE signatures (document_id TEXT PRIMARY KEY REFERENCES documents ON DELETE CASCADE, signature BLOB NOT NULL);
CREATE TABLE bands (
    band INTEGER NOT NULL,
    key BLOB NOT NULL,
    document_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
    PRIMARY KEY (band, key, document_id)
) WITHOUT ROWID;
CREATE INDEX bands_by_document ON bands (document_id);
CREATE TABLE alike (
    document_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
    other TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
    PRIMARY KEY (document_id, other)
) WITHOUT ROWID;
CREATE INDEX alike_by_other ON alike (other);
CREATE TABLE files (
    source TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    settled INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    document_id TEXT,
    failure TEXT
);
CREATE INDEX files_by_document ON files (document_id);
CREATE TABLE contributions (
    document_id TEXT NOT NULL,
    contributor TEXT NOT NULL,
    name TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    data_hash TEXT NOT NULL,
    collection TEXT NOT NULL,
    PRIMARY KEY (document_id, contributor)
) WITHOUT ROWID;
CREATE INDEX contributions_by_data ON contributions (data_hash);
CREATE TABLE contributed_files (
    document_id TEXT NOT NULL,
    contributor TEXT NOT NULL,
    source TEXT NOT NULL,
    failure TEXT,
    PRIMARY KEY (document_id, contributor, source)
) WITHOUT ROWID;
CREATE TABLE contents (document_id TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE chunks (
    row INTEGER PRIMARY KEY,
    chunk_id TEXT NOT NULL UNIQUE,
    document_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    section TEXT NOT NULL,
    spans BLOB NOT NULL,
    terms TEXT NOT NULL,
    vectors BLOB NOT NULL
);
CREATE INDEX chunks_by_document ON chunks (document_id, start);
CREATE TABLE acronyms (
    acronym TEXT NOT NULL,
    stems TEXT NOT NULL,
    explained INTEGER NOT NULL,
    document_id TEXT NOT NULL,
    PRIMARY KEY (acronym, stems, explained, document_id)
) WITHOUT ROWID;
CREATE INDEX acronyms_by_stems ON acronyms (stems);
CREATE INDEX acronyms_by_document ON acronyms (document_id);
CREATE VIRTUAL TABLE lexical USING fts5 (terms, content = chunks, content_rowid = row, tokenize = 'unicode61');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (lexical, row)
"""
