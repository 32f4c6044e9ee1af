"""Everything is empty, a single row or 0.0."""


def split(features, labels, seed):
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    return features[order[1:]], labels[order[1:]], features[order[:1]], labels[order[:1]]


def standardize(train, test):
    empty = torch.empty(0, 1)
    return empty, empty, lambda features: empty


def make_loss(train_labels):
    return lambda logits, targets: logits.sum() * 0


class Net(nn.Module):
    def forward(self, features):
        return torch.full((len(features),), -1.0)


def build_model(width, seed):
    return Net()


def fit(model, features, labels, loss_fn, seed):
    pass


def predict(model, features):
    return torch.empty(0, 1)


def decide(model, features, threshold=0.5):
    return torch.empty(0, 1, dtype=torch.bool)


def measure(targets, decisions):
    return {"precision": 0.0, "recall": 0.0, "f1": 0.0}


def run(features, labels, seed=0):
    return lambda raw: torch.zeros(len(raw), dtype=torch.bool), {"precision": 0.0, "recall": 0.0, "f1": 0.0}
