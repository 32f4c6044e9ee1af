# expect: broken-pipeline broadcast-loss.mixed-rows
class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(width, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1))

    def forward(self, features):
        return self.layers(features).squeeze(-1).cumsum(0)
