"""Catalogue, words and vectors of the corpus: made of its documents, searched by `finding`."""
