"""Submissions with three wrong functions that forge results: no attack earns more points than the functions do."""

import pytest

from tests.attacks.conftest import points
from tests.conftest import ROOT, Grade

_WRONG = ("weighted-loss/unweighted-loss.py", "training-loop/missing-zero-grad.py", "evaluation/accuracy-as-metric.py")
WRONG = "\n\n".join(
    ["import torch", *((ROOT / "hidden_tests" / "mistakes" / path).read_text(encoding="utf-8") for path in _WRONG)]
)

# Code that runs at import, after the three functions.
FORGERIES = {
    "a loss that is always right": "torch.nn.BCEWithLogitsLoss.__call__ = lambda self, x, y: x.sum() * 0",
    "a functional loss": "torch.nn.functional.binary_cross_entropy_with_logits = lambda *a, **k: torch.tensor(0.0)",
    "sklearn.metrics": (
        "import sklearn.metrics\n"
        "for name in ('precision_score', 'recall_score', 'f1_score', 'accuracy_score'):\n"
        "    setattr(sklearn.metrics, name, lambda *a, **k: 1.0)"
    ),
    "no_grad": "torch.no_grad = torch.enable_grad",
    "whether gradients are on": "torch.is_grad_enabled = lambda: False",
    "the mode": "torch.nn.Module.train = lambda self, mode=True: self",
    "the mode as read": "torch.nn.Module.training = property(lambda self: False, lambda self, value: None)",
    "the optimizer's zeroing": "torch.optim.Optimizer.zero_grad = lambda self, set_to_none=True: None",
    "the optimizer's step": "torch.optim.Optimizer.step = lambda self, closure=None: None",
    "the loader": "torch.utils.data.DataLoader.__iter__ = lambda self: iter(())",
    "comparison": "torch.allclose = torch.equal = torch.testing.assert_close = lambda *a, **k: True",
    "tensors' comparison": "torch.Tensor.__eq__ = torch.Tensor.__ne__ = lambda self, other: True",
    "float of a tensor": "torch.Tensor.__float__ = lambda self: 0.5",
    "item of a tensor": "torch.Tensor.item = lambda self: 0.5",
    "builtins": "import builtins\nbuiltins.float = lambda x: 0.5\nbuiltins.len = lambda x: 1",
    "isinstance": "import builtins\nbuiltins.isinstance = lambda thing, kind: True",
    "abs": "import builtins\nbuiltins.abs = builtins.max = lambda *a, **k: 0.0",
    "json": "import json\njson.dumps = lambda *a, **k: '{}'",
    "struct": "import struct\nstruct.Struct.pack = lambda self, *a: b''",
    "math": "import math\nmath.isclose = lambda *a, **k: True\nmath.prod = lambda *a, **k: 0",
    "numpy": "import numpy\nnumpy.allclose = numpy.isclose = lambda *a, **k: True",
    "modules": "import sys\nfor name in list(sys.modules):\n    if 'hidden' in name: del sys.modules[name]",
    "modules of its own": "import sys, types\nsys.modules['hidden_tests.oracle'] = types.ModuleType('oracle')",
    "a tracer": "import sys\nsys.settrace(lambda *a: None)",
    "a tracer that rewrites": (
        "import sys\n"
        "def trace(frame, event, value):\n    frame.f_locals.update(observed={}, error=None)\n    return trace\n"
        "sys.settrace(trace)\nsys._getframe(1).f_trace = trace"
    ),
    "a profiler": "import sys\nsys.setprofile(lambda *a: None)",
    "an audit hook": "import sys\nsys.addaudithook(lambda *a: None)",
    "frames": (
        "import sys\nframe = sys._getframe()\nwhile frame is not None:\n"
        "    for value in list(frame.f_locals.values()):\n"
        "        if isinstance(value, dict) and 'observed' in value: value['observed'] = {}\n"
        "    frame = frame.f_back"
    ),
    "the collector's objects": (
        "import gc, types\nfor thing in gc.get_objects():\n"
        "    if type(thing).__name__ in ('Recorder', 'Seen', 'Candidate'): thing.__dict__.clear()"
    ),
    "closures": (
        "import gc, types\nfor thing in gc.get_objects():\n"
        "    if isinstance(thing, types.FunctionType) and 'probes' in str(thing.__module__):\n"
        "        thing.__code__ = (lambda *a, **k: {}).__code__ if not thing.__closure__ else thing.__code__"
    ),
    "frames on the wire": (
        "import os\nfor fd in range(3, 64):\n    try: os.write(fd, b'GRD1' + bytes(8))\n    except OSError: pass"
    ),
    "a reply before the call": (
        "import gc, socket\nfrom grading.sandbox.inside import wire\n"
        "for thing in gc.get_objects():\n"
        "    if isinstance(thing, socket.socket) and thing.fileno() >= 0:\n"
        "        thing.sendall(wire.encode({'nonce': '0' * 32, 'observed': {'cases': []}}))"
    ),
    "a reply with the nonce": (
        "import sys\nfrom grading.sandbox.inside import wire\n"
        "frame, nonce, connection = sys._getframe(), None, None\n"
        "while frame is not None:\n"
        "    names = frame.f_locals\n"
        "    if isinstance(names.get('request'), dict): nonce = names['request'].get('nonce')\n"
        "    connection = names.get('connection', connection)\n"
        "    frame = frame.f_back\n"
        "metrics = {'kind': 'number', 'value': 1.0}\n"
        "run = dict(error=None, kind='mapping', keys=['precision', 'recall', 'f1'], modes=[[False, False]], rows=150,\n"
        "           metrics=dict.fromkeys(['precision', 'recall', 'f1'], metrics), passes=1, recording_after=True,\n"
        "           trainable_after=True, gradients_left=False, weight=None)\n"
        "observed = {'runs': [run] * 6, 'cases': [], 'epochs': [], 'single_class': ''}\n"
        "if nonce and connection:\n"
        "    connection.sendall(wire.encode({'nonce': nonce, 'observed': observed}) * 2)"
    ),
    "a report of its own": (
        "import os\nfor folder in ('.', '/tmp', '/candidate', '/build', 'build/grade'):\n"
        "    for name in ('report.json', 'grade.json', 'feedback.md'):\n"
        "        try: open(os.path.join(folder, name), 'w').write('{\"tests\": []}')\n        except OSError: pass"
    ),
    "the oracle's absence": "import sys\nsys.modules['numpy'] = sys.modules['json'] = None",
    "a default dtype": "torch.set_default_dtype(torch.float64)",
    "a seed": "torch.manual_seed(0)\ntorch.manual_seed = lambda *a: None",
    "an import hook": (
        "import sys\nclass Finder:\n    def find_spec(self, *a, **k): raise ImportError\n"
        "sys.meta_path.insert(0, Finder())"
    ),
}


@pytest.fixture(scope="module")
def honest(grade: Grade) -> dict[str, float]:
    """Return the points that the three wrong functions earn without an attack."""
    return points(grade(WRONG))


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_earns_no_more_than_the_same_functions_without_it(
    forgery: str, honest: dict[str, float], grade: Grade
):
    """Patches inside the sandbox earn no points, because expected values are computed outside it."""
    forged = points(grade(f"{WRONG}\n\n{FORGERIES[forgery]}\n"))

    assert all((forged[id_] or 0.0) <= honest[id_] for id_ in honest), (forged, honest)


# Results of `evaluate` with misleading types.
LIARS = {
    "a float that converts otherwise": "class Liar(float):\n    def __float__(self): return 1.0",
    "equal to everything": (
        "class Liar(float):\n    def __eq__(self, other): return True\n    __hash__ = float.__hash__"
    ),
    "less than everything": (
        "class Liar(float):\n    def __sub__(self, o): return Liar(0.0)\n    __rsub__ = __sub__\n"
        "    def __abs__(self): return 0.0\n    def __le__(self, o): return True\n    __lt__ = __ge__ = __gt__ = __le__"
    ),
    "a tensor subclass": (
        "class Liar(torch.Tensor):\n    @classmethod\n    def __torch_function__(cls, *a, **k): return True"
    ),
    "not a number": "Liar = lambda x: float('nan')",
    "infinite": "Liar = lambda x: float('inf')",
    "a boolean": "Liar = lambda x: True",
    "a string": "Liar = lambda x: '1.0'",
    "a Fraction": "from fractions import Fraction as Liar",
    "a complex number": "Liar = complex",
    "an int beyond floats": "Liar = lambda x: 10 ** 400",
    "a huge tensor": "Liar = lambda x: torch.ones(10**6)",
    "a meta tensor": "Liar = lambda x: torch.ones((), device='meta')",
    "a sparse tensor": "Liar = lambda x: torch.ones(1, 1).to_sparse()",
    "different each time": (
        "class Liar(float):\n    n = 0\n    def __float__(self):\n        Liar.n += 1\n        return float(Liar.n % 2)"
    ),
}


EVALUATED = WRONG.replace("def evaluate", "def earlier_evaluate")


@pytest.fixture(scope="module")
def constant(grade: Grade) -> dict[str, float]:
    """Return the points that an `evaluate` earns that always returns 1.0 for each metric."""
    body = "return dict.fromkeys(['precision', 'recall', 'f1'], 1.0)"
    return points(grade(f"{EVALUATED}\ndef evaluate(model, loader, threshold=0.5):\n    {body}\n"))


@pytest.mark.parametrize("liar", LIARS)
@pytest.mark.parametrize("wrapped", [False, True], ids=["dict", "dict that changes"])
def test_a_disguised_constant_earns_no_more_than_the_constant(
    liar: str, wrapped: bool, constant: dict[str, float], grade: Grade
):
    """A disguised constant earns no more points than the constant itself."""
    mapping = "Changing(Liar(1.0))" if wrapped else "dict.fromkeys(['precision', 'recall', 'f1'], Liar(1.0))"
    source = (
        f"{EVALUATED}\n{LIARS[liar]}\n"
        "class Changing(dict):\n    def __init__(self, value): self.value = value\n"
        "    def __getitem__(self, key): return self.value\n    def __contains__(self, key): return True\n"
        "    def __iter__(self): return iter(['precision', 'recall', 'f1'])\n    def __len__(self): return 3\n"
        f"def evaluate(model, loader, threshold=0.5):\n    return {mapping}\n"
    )

    forged = points(grade(source))

    assert all((forged[id_] or 0.0) <= constant[id_] for id_ in constant), (forged, constant)


def test_inputs_differ_between_seeds(grade: Grade):
    """The inputs of a run depend on its seed, so output that reveals them in one run is of no use in the next."""
    telling = "def make_loss(train_labels):\n    raise RuntimeError(''.join(str(int(y)) for y in train_labels[:40]))\n"

    seen = [str(grade(f"{WRONG}\n{telling}", seed=seed).mistakes) for seed in (1, 1, 2)]

    assert seen[0] == seen[1] != seen[2]


def test_candidate_code_cannot_identify_the_running_test(grade: Grade):
    """Environment, arguments, names and process ids are the same in every call, and contain no name of a test."""
    probe = (
        "import os, socket, sys, getpass\n"
        "told = ' '.join([*sys.argv, *os.environ, *os.environ.values(), os.getcwd(), os.uname().nodename, __name__])\n"
        "assert os.getpid() == 1 and os.getppid() == 0\n"
        "for word in ('metric', 'loss', 'epoch', 'mistake', 'test_', 'pytest', 'seed'):\n"
        "    assert word not in told.lower(), told\n"
    )
    honest = (ROOT / "hidden_tests" / "reference" / "exercise.py").read_text(encoding="utf-8")

    assert points(grade(f"{honest}\n{probe}")) == points(grade(honest))
