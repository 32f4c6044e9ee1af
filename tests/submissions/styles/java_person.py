import torch
import torch.nn as nn


class WeightedLossFactory:
    """Factory for the weighted loss."""

    def __init__(self, labels):
        self.__labels = labels

    def getNumPositives(self):
        return float(torch.count_nonzero(self.__labels).item())

    def getNumNegatives(self):
        return float(self.__labels.shape[0]) - self.getNumPositives()

    def create(self):
        return nn.BCEWithLogitsLoss(
            reduction="mean",
            pos_weight=torch.tensor(self.getNumNegatives() / self.getNumPositives()),
        )


class EpochTrainer:
    def __init__(self, model, lossFunction, optimizer):
        self.model = model
        self.lossFunction = lossFunction
        self.optimizer = optimizer
        self.batchLosses = []

    def trainBatch(self, batch):
        self.optimizer.zero_grad()
        predictions = self.model(batch[0])
        lossValue = self.lossFunction(predictions, batch[1])
        lossValue.backward()
        self.optimizer.step()
        self.batchLosses.append((lossValue.item(), len(batch[1])))

    def run(self, loader):
        self.model.train()
        iterator = iter(loader)
        while True:
            try:
                batch = next(iterator)
            except StopIteration:
                break
            self.trainBatch(batch)
        return self.getMeanLoss()

    def getMeanLoss(self):
        totalSamples = 0
        totalLoss = 0.0
        for loss, size in self.batchLosses:
            totalLoss = totalLoss + loss * size
            totalSamples = totalSamples + size
        return totalLoss / totalSamples


class ConfusionMatrix:
    def __init__(self):
        self.truePositives = 0
        self.falsePositives = 0
        self.trueNegatives = 0
        self.falseNegatives = 0

    def add(self, predicted, actual):
        if predicted and actual:
            self.truePositives += 1
        elif predicted:
            self.falsePositives += 1
        elif actual:
            self.falseNegatives += 1
        else:
            self.trueNegatives += 1

    @staticmethod
    def _ratio(numerator, denominator):
        return 0.0 if denominator == 0 else numerator / denominator

    def getPrecision(self):
        return self._ratio(self.truePositives, self.truePositives + self.falsePositives)

    def getRecall(self):
        return self._ratio(self.truePositives, self.truePositives + self.falseNegatives)

    def getF1(self):
        return self._ratio(2 * self.getPrecision() * self.getRecall(), self.getPrecision() + self.getRecall())


def make_loss(train_labels):
    return WeightedLossFactory(train_labels).create()


def train_epoch(model, loader, loss_fn, optimizer):
    return EpochTrainer(model, loss_fn, optimizer).run(loader)


def evaluate(model, loader, threshold=0.5):
    matrix = ConfusionMatrix()
    wasTraining = model.training
    model.eval()
    try:
        with torch.no_grad():
            for features, targets in loader:
                for p, t in zip(torch.sigmoid(model(features)), targets):
                    matrix.add(p.item() >= threshold, t.item() == 1.0)
    finally:
        model.train(wasTraining)
    return {"precision": matrix.getPrecision(), "recall": matrix.getRecall(), "f1": matrix.getF1()}
