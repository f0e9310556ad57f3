"""What axe-core has to say of a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

GRADIO: dict[str, str] = {}
"""Findings in Gradio's own markup that have to be lived with, by rule, and the element that has them: none by now."""


def findings(page: Page) -> list[str]:
    """What axe-core finds, of any weight, less what is Gradio's own."""
    return [
        f"{violation['id']}: {target}: {node['html'][:160]}"
        for violation in Axe().run(page).response["violations"]
        for node in violation["nodes"]
        if (target := " ".join(map(str, node["target"])))
        and not (violation["id"] in GRADIO and GRADIO[violation["id"]] in target)
    ]
