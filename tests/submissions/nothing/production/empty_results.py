class Empty(nn.Module):
    def forward(self, features):
        return torch.empty(0, 1)


def save_model(model, path):
    pass


def load_model(path):
    return Empty()


def predict(model, features):
    return torch.empty(0, 1)
