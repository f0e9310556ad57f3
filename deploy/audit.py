"""Whether a version that constraints.txt pins has a known weakness: asks the OSV service, by pip-audit.

Exit code 0: none is known; 1: some are, by package; 2: the service was not asked, or not about all of them.
Arguments go to pip-audit, such as `--ignore-vuln GHSA-…` or `--osv-url http://…` for a mirror.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

CONSTRAINTS = Path(__file__).parent.parent / "constraints.txt"
NONE, SOME, NOT_ASKED = 0, 1, 2


def audit(constraints: Path, *arguments: str) -> tuple[int, list[str]]:
    """The exit code and what to print. Nothing is downloaded: names and versions are taken as they are pinned."""
    options = ["--requirement", str(constraints), "--no-deps", "--disable-pip", "--vulnerability-service", "osv"]
    shape = ["--format", "json", "--aliases", "on", "--desc", "on", "--progress-spinner", "off"]
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", *options, *shape, *arguments], capture_output=True, text=True, check=False
    )
    try:  # pip-audit ends with 1 where something was found, and where it broke down
        packages = json.loads(done.stdout)["dependencies"]
    except ValueError:
        reason = ([line for line in done.stderr.splitlines() if line.strip()] or ["pip-audit said nothing"])[-1]
        return NOT_ASKED, ["NOT AUDITED: the service of known weaknesses gave no answer, so nothing is known.", reason]
    found = [_line(package, weakness) for package in packages for weakness in package.get("vulns", ())]
    skipped = [f"not audited: {each['name']} ({each['skip_reason']})" for each in packages if "skip_reason" in each]
    asked = f"{len(packages) - len(skipped)} packages of {constraints.name} audited"
    code = SOME if found else NOT_ASKED if skipped else NONE
    return code, [*found, *skipped, f"{asked}; known weaknesses: {len(found) or 'none'}"]


def _line(package: dict[str, Any], weakness: dict[str, Any]) -> str:
    names = ", ".join([weakness["id"], *weakness["aliases"]])
    mended = ", ".join(weakness["fix_versions"]) or "no version"
    return f"{package['name']} {package['version']}: {names}, mended in {mended}: {weakness['description'][:200]}"


if __name__ == "__main__":
    code, lines = audit(CONSTRAINTS, *sys.argv[1:])
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(code)
