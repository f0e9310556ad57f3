"""The corpus folder and its way into the index; `corpus` leads."""
