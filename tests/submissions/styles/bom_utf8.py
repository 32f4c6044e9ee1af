# Übung: unausgewogene Klassen — gelöst mit Notepad++ (UTF-8 mit BOM)
import torch
from torch.nn import functional as F


def make_loss(train_labels):
    verhältnis = (train_labels == 0).sum() / (train_labels == 1).sum()

    def verlust(logits, ziele):
        return F.binary_cross_entropy_with_logits(logits, ziele, pos_weight=verhältnis)

    return verlust


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    summe, anzahl = 0.0, 0
    for merkmale, ziele in loader:
        optimizer.zero_grad()
        verlust = loss_fn(model(merkmale), ziele)
        verlust.backward()
        optimizer.step()
        summe += verlust.item() * len(ziele)
        anzahl += len(ziele)
    return summe / anzahl


def evaluate(model, loader, threshold=0.5):
    """Präzision, Trefferquote und F1-Maß."""
    model.eval()
    richtig_positiv = vorhergesagt = tatsächlich = 0
    with torch.no_grad():
        for merkmale, ziele in loader:
            positiv = torch.sigmoid(model(merkmale)) >= threshold
            richtig_positiv += (positiv & (ziele == 1)).sum().item()
            vorhergesagt += positiv.sum().item()
            tatsächlich += (ziele == 1).sum().item()
    präzision = richtig_positiv / vorhergesagt if vorhergesagt else 0.0
    trefferquote = richtig_positiv / tatsächlich if tatsächlich else 0.0
    nenner = präzision + trefferquote
    return {"precision": präzision, "recall": trefferquote, "f1": 2 * präzision * trefferquote / nenner if nenner else 0.0}
