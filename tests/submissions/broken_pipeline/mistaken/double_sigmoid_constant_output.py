# expect: broken-pipeline double-sigmoid.constant-output
class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layers = nn.Linear(width, HIDDEN)
        self.last = nn.Linear(HIDDEN, 1)

    def forward(self, features):
        return torch.log_softmax(self.last(torch.relu(self.layers(features))), dim=1).squeeze(-1)
