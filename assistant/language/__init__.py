"""Words, sentences and grammar of a text, without knowing what is asked."""
