class Constant(nn.Module):
    def forward(self, features):
        return torch.zeros(len(features))


def save_model(model, path):
    Path(path).write_bytes(b"")


def load_model(path):
    return Constant()


def predict(model, features):
    return torch.full((len(features),), 0.5)
