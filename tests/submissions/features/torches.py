"""PyTorch beyond what the exercise asks for, with two threads."""

import copy
import io
import time
import warnings

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, WeightedRandomSampler, random_split

torch.set_num_threads(2)
torch.set_num_interop_threads(2)
torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
data = TensorDataset(torch.randn(600, 8), (torch.rand(600) < 0.2).float())
loader = DataLoader(data, batch_size=32, shuffle=True, num_workers=0, drop_last=True)
sampled = DataLoader(data, batch_size=32, sampler=WeightedRandomSampler(torch.ones(600), 600))
model = nn.Sequential(nn.Linear(8, 256), nn.BatchNorm1d(256), nn.ReLU(), nn.Dropout(0.1), nn.Linear(256, 1), nn.Flatten(0))
for optimizer in (
    torch.optim.SGD(model.parameters(), 0.1, momentum=0.9),
    torch.optim.Adam(model.parameters(), fused=False),
    torch.optim.AdamW(model.parameters(), foreach=True),
    torch.optim.LBFGS(model.parameters(), max_iter=2),
):
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
    for features, targets in loader if not isinstance(optimizer, torch.optim.LBFGS) else [data[:64]]:

        def closure(features=features, targets=targets) -> torch.Tensor:
            optimizer.zero_grad()
            loss = F.binary_cross_entropy_with_logits(model(features), targets)
            loss.backward()
            return loss

        loss = optimizer.step(closure)
    schedule.step(loss)
nn.utils.clip_grad_norm_(model.parameters(), 1.0)
for _ in sampled:
    pass
random_split(data, [500, 100])
copy.deepcopy(model)

(torch.randn(512, 512) @ torch.randn(512, 512)).softmax(0).topk(5)
torch.linalg.svd(torch.randn(100, 100))
F.conv2d(torch.randn(4, 3, 32, 32), torch.randn(8, 3, 3, 3))
nn.LSTM(8, 16)(torch.randn(10, 4, 8))
nn.TransformerEncoderLayer(16, 2, batch_first=True).eval()(torch.randn(4, 10, 16))
with torch.autocast("cpu", dtype=torch.bfloat16):
    model(data[:64][0])
with torch.autograd.profiler.profile():
    model(data[:64][0])
with torch.profiler.profile() as profile:
    model(data[:64][0])
profile.key_averages().table()
with torch.autograd.set_detect_anomaly(True):
    model(data[:64][0]).sum().backward()

buffer = io.BytesIO()
torch.save(model.state_dict(), buffer)
buffer.seek(0)
torch.load(buffer, weights_only=True)
torch.save(model.state_dict(), "/tmp/model.pt")
torch.load("/tmp/model.pt", mmap=True, weights_only=True)
torch.save(model, "/tmp/whole.pt")
torch.load("/tmp/whole.pt", weights_only=False)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    torch.jit.script(nn.Linear(8, 1)).save("/tmp/script.pt")
    torch.jit.load("/tmp/script.pt")(data[:4][0])
    torch.jit.trace(model.eval(), data[:4][0])
torch.fx.symbolic_trace(model)
torch.compile(nn.Linear(8, 1), backend="eager")(data[:4][0])
torch.func.vmap(torch.sum)(torch.ones(3, 3))
torch.ones(3).share_memory_()
torch.from_file("/tmp/model.pt", size=4, dtype=torch.uint8)
torch.cuda.is_available()
torch.__config__.show(), torch.__config__.parallel_info(), torch.get_num_interop_threads()
future = torch.jit.fork(torch.add, torch.ones(1), torch.ones(1))
torch.jit.wait(future)
print(model, time.time())
