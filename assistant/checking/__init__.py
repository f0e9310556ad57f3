"""Whether a quote carries a claim. Pure but for the parser; `grounding` decides."""
