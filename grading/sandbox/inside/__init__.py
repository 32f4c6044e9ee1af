"""What runs inside the sandbox, beside the candidate's code: standard library only, to be read whole.

`worker` waits for calls, `jail` confines each one, `candidate` loads and calls the candidate's module,
`wire` carries the data, `budget` watches the time, `memory` makes forks cheap. `system_calls` lists what a call may
ask of the kernel, `seccomp` makes the filter of it.
"""
