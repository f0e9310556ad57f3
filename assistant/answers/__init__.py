"""From a question to an answer of checked claims, or a refusal; `answering` leads."""
