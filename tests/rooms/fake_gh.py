#!/usr/bin/env python3
"""A fake `gh` that keeps its state in a JSON file and a folder of bare repositories; FAKE_GH names the folder.

Every call is recorded in `calls`; the call whose number is in `fail_at` fails.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ["FAKE_GH"])
STATE = FOLDER / "state.json"


def main(arguments: list[str]) -> int:
    """Record the call, carry it out, and return the exit status."""
    state = json.loads(STATE.read_text()) if STATE.exists() else {}
    stdin = "" if sys.stdin.isatty() else sys.stdin.read()
    with (FOLDER / "calls").open("a") as calls:
        calls.write(" ".join(arguments) + "\n")
    number = len((FOLDER / "calls").read_text().splitlines())
    fail_at = FOLDER / "fail_at"
    if fail_at.exists() and int(fail_at.read_text()) == number:
        print("gh: Internal Server Error (HTTP 500)", file=sys.stderr)
        return 1
    status = act(state, arguments, stdin)
    STATE.write_text(json.dumps(state, indent=1, sort_keys=True))
    return status


def act(state: dict[str, Any], arguments: list[str], stdin: str) -> int:
    """Change the state, or print the requested data."""
    match arguments:
        case ["repo", "create", full, "--private", "--disable-wiki"]:
            bare = FOLDER / f"{full.replace('/', '-')}.git"
            subprocess.run(["git", "init", "--quiet", "--bare", str(bare)], check=True)
            state[full] = {"clone_url": str(bare), "archived": False, "allow_forking": False}
            state[full] |= {"secrets": {}, "variables": {}, "members": [], "invitations": [], "policy": None}
        case ["variable", "list", "--repo", full, "--json", _]:
            print(json.dumps([{"name": k, "value": v} for k, v in state[full]["variables"].items()]))
        case ["variable", "set", name, "--repo", full, "--body", value]:
            state[full]["variables"][name] = value
        case ["secret", "list", "--repo", full, "--json", _]:
            print(json.dumps([{"name": name} for name in state[full]["secrets"]]))
        case ["secret", "set", name, "--repo", full]:
            state[full]["secrets"][name] = stdin
        case ["secret", "delete", name, "--repo", full]:
            del state[full]["secrets"][name]
        case ["api", *rest]:
            return api(state, rest)
        case _:
            print(f"unknown command {arguments}", file=sys.stderr)
            return 2
    return 0


def api(state: dict[str, Any], arguments: list[str]) -> int:
    """Answer a call of the GitHub API."""
    method = arguments[arguments.index("--method") + 1] if "--method" in arguments else "GET"
    path = next(part for part in arguments if part.startswith("repos/"))
    fields = dict(part.split("=", 1) for part in arguments if "=" in part)
    named = re.match(r"repos/([^/]+/[^/]+)/?(.*)", path)
    assert named is not None
    full, rest = named.groups()
    room = state.get(full)
    if room is None:
        return missing()
    match method, rest.split("/"):
        case "GET", [""]:
            print(json.dumps({key: room[key] for key in ("clone_url", "archived", "allow_forking")}))
        case "PATCH", [""]:
            room |= {key: value == "true" for key, value in fields.items()}
        case "GET", ["branches", name]:
            known = subprocess.run(
                ["git", "-C", room["clone_url"], "rev-parse", name], capture_output=True, check=False
            )
            return missing() if known.returncode else print("{}") or 0
        case "GET", ["actions", "permissions", _]:
            print(json.dumps(room["policy"] or {}))
        case "PUT", ["actions", "permissions", _]:
            room["policy"] = {key: value == "true" for key, value in fields.items()}
        case "GET", ["collaborators", login]:
            return 0 if login in room["members"] else missing()
        case "PUT", ["collaborators", login]:
            assert fields == {"permission": "pull"}
            room["invitations"].append({"id": 7, "invitee": {"login": login}})
        case "DELETE", ["collaborators", login]:
            room["members"].remove(login)
        case "GET", ["invitations"]:
            print(json.dumps(room["invitations"]))
        case "DELETE", ["invitations", number]:
            room["invitations"] = [i for i in room["invitations"] if i["id"] != int(number)]
        case _:
            print(f"unknown call {method} {path}", file=sys.stderr)
            return 2
    return 0


def missing() -> int:
    """Report an error 404, as gh does."""
    print("gh: Not Found (HTTP 404)", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
