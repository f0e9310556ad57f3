"""The sentences of the index that speak of a question, and how well each can answer it."""
