# expect: weighted-loss unweighted-loss
import torch.nn.functional as F


def make_loss(train_labels):
    n_pos = train_labels.sum()
    n_neg = train_labels.numel() - n_pos
    pos_weight = n_neg / n_pos
    print(f"class ratio: {pos_weight:.2f}")

    def loss_fn(logits, targets):
        return F.binary_cross_entropy_with_logits(logits, targets)

    return loss_fn
