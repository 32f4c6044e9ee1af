"""The code that runs inside the sandbox with the candidate's code; uses only the standard library.

`worker` waits for calls, `jail` confines each one, `candidate` loads and calls the candidate's module,
`wire` encodes the data, `budget` limits the time, `memory` makes forks cheap. `system_calls` lists the allowed system
calls, and `seccomp` compiles the list into a filter.
"""
