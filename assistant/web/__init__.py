"""The chat page: Gradio around an `Assistant`. It shows what the core returns and decides nothing."""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when Gradio is imported
# Figures of all events so far, made anew at the end of each, for a page of Gradio that is closed here (web/gate.py).
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**12)
os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"
