"""What a question asks, and what the conversation before it adds."""
