"""The chat page: Gradio around an `Assistant`. It shows what the core returns and decides nothing."""
