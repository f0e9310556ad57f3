"""The chat page: Gradio around an `Assistant`. It shows what the core returns and decides nothing."""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when Gradio is imported
