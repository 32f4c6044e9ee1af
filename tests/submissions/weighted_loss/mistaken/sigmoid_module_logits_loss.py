# expect: weighted-loss sigmoid-before-logits-loss
import torch
import torch.nn.functional as F


class Loss(torch.nn.Module):
    def __init__(self, pos_weight):
        super().__init__()
        self.pos_weight = pos_weight
        self.activation = torch.nn.Sigmoid()

    def forward(self, output, target):
        output = self.activation(output)
        return F.binary_cross_entropy_with_logits(output, target, pos_weight=self.pos_weight)


def make_loss(train_labels):
    return Loss((train_labels == 0).sum() / (train_labels == 1).sum())
