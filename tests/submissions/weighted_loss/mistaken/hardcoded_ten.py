# expect: weighted-loss hardcoded-pos-weight
import torch


def make_loss(train_labels, pos_weight=10.0):
    """10 worked best in my experiments."""
    w = torch.tensor(pos_weight)
    return torch.nn.BCEWithLogitsLoss(pos_weight=w)
