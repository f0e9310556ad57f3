"""Another local model's file from a model hub: only when somebody asks for it by name. Goes on where it was cut off."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ..errors import ModelDamaged, ModelError, SettingsError, first_line
from ..records import OnProgress
from ..redaction import redacted
from ..settings import Settings
from .weights import sha256

_SHA256 = re.compile(r"[0-9a-f]{64}")


def pull(settings: Settings, repository: str, file: str, progress: OnProgress) -> Path:
    """The GGUF file, in the cache, whole: its SHA-256 is that which the hub tells.

    The hub is Hugging Face's, or another one of its kind that HF_ENDPOINT names; HF_TOKEN is sent where it is set.
    Raises SettingsError while `offline` is set, ModelError when the hub does not give the file (what came so far is
    kept), and ModelDamaged when what came is not what it tells (it is deleted).
    """
    if settings.offline:
        raise SettingsError("offline is set, so nothing is downloaded; unset it to pull a model")
    if not file.endswith(".gguf"):
        raise ModelError(f"{file} is no GGUF file, which the local model has to be; name one that ends in .gguf")
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url

    endpoint = os.environ.get("HF_ENDPOINT") or None
    try:
        told = get_hf_file_metadata(hf_hub_url(repository, file, endpoint=endpoint), endpoint=endpoint)
        place = settings.cache_dir / "models" / repository.replace("/", "--")
        path = Path(hf_hub_download(repository, file, local_dir=place, endpoint=endpoint))
    except Exception as error:  # noqa: BLE001 - the hub's client has errors of its own, of its transport's and the disk's
        reason = redacted(first_line(error))
        raise ModelError(f"cannot download {file} of {repository}: {reason}; run the same command again") from None
    if _SHA256.fullmatch(told.etag or "") and sha256(path, progress) != told.etag:
        path.unlink()
        raise ModelDamaged(f"what was downloaded is not {file} as {repository} has it; run the same command again")
    return path
