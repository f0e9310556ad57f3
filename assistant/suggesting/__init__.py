"""Questions to suggest, each of which is answered with the sentence that it was made of."""
