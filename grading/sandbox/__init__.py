"""Runs candidate code in isolation and returns its results as data.

`calls` defines calls and replies; `bubblewrap` is the real sandbox, `unprotected` runs code without isolation;
`inside` is the code that runs inside the sandbox.
"""
