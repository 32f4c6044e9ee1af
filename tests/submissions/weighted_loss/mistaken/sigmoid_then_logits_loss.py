# expect: weighted-loss sigmoid-before-logits-loss
import torch
import torch.nn as nn


def make_loss(train_labels):
    n_pos = train_labels.sum()
    criterion = nn.BCEWithLogitsLoss(pos_weight=(len(train_labels) - n_pos) / n_pos)

    def loss_fn(logits, targets):
        probs = torch.sigmoid(logits)
        return criterion(probs, targets)

    return loss_fn
