import torch
import torch.nn.functional as F


class _MakeLoss:
    def __call__(self, train_labels):
        self.ratio_ = (train_labels.numel() - train_labels.sum()) / train_labels.sum()
        ratio = self.ratio_

        class Loss(torch.nn.Module):
            def forward(self, logits, targets):
                return F.binary_cross_entropy_with_logits(logits, targets, pos_weight=ratio)

        return Loss()


class _TrainEpoch:
    def __call__(self, model, loader, loss_fn, optimizer):
        model.train()
        values = [self.step(model, batch, loss_fn, optimizer) for batch in loader]
        return sum(values) / len(values)

    @staticmethod
    def step(model, batch, loss_fn, optimizer):
        features, targets = batch
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        return loss.item()


class _Evaluate:
    def __call__(self, model, loader, threshold=0.5):
        model.eval()
        with torch.no_grad():
            return self.scores([(torch.sigmoid(model(x)) >= threshold, y == 1) for x, y in loader])

    @staticmethod
    def scores(pairs):
        p = torch.cat([a for a, _ in pairs])
        t = torch.cat([b for _, b in pairs])
        tp, np_, nt = int((p & t).sum()), int(p.sum()), int(t.sum())
        return {
            "precision": tp / np_ if np_ else 0.0,
            "recall": tp / nt if nt else 0.0,
            "f1": 2 * tp / (np_ + nt) if np_ + nt else 0.0,
        }


make_loss = _MakeLoss()
train_epoch = _TrainEpoch()
evaluate = _Evaluate()
