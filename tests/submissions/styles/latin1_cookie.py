# -*- coding: latin-1 -*-
# Solution de l'exercice, rédigée à Besançon : déséquilibre des classes
import torch
import torch.nn as nn

TITRE = "Précision, rappel et mesure F1"


def make_loss(train_labels):
    """Entropie croisée binaire pondérée."""
    nb_positifs = train_labels.sum().item()
    nb_négatifs = train_labels.numel() - nb_positifs
    return nn.BCEWithLogitsLoss(pos_weight=torch.tensor(nb_négatifs / nb_positifs))


def train_epoch(model, loader, loss_fn, optimizer):
    """Une époque d'entraînement."""
    model.train()
    pertes = []
    for x, y in loader:
        optimizer.zero_grad()
        perte = loss_fn(model(x), y)
        perte.backward()
        optimizer.step()
        pertes.append(perte.item())
    return sum(pertes) / len(pertes)


def evaluate(model, loader, threshold=0.5):
    """Évalue le modèle."""
    model.eval()
    vrais_positifs = faux_positifs = faux_négatifs = 0
    with torch.no_grad():
        for x, y in loader:
            préd = model(x).sigmoid() >= threshold
            vrais_positifs += int((préd & (y == 1)).sum())
            faux_positifs += int((préd & (y == 0)).sum())
            faux_négatifs += int((~préd & (y == 1)).sum())
    précision = vrais_positifs / (vrais_positifs + faux_positifs) if vrais_positifs else 0.0
    rappel = vrais_positifs / (vrais_positifs + faux_négatifs) if vrais_positifs else 0.0
    f1 = 2 * précision * rappel / (précision + rappel) if vrais_positifs else 0.0
    return {"precision": précision, "recall": rappel, "f1": f1}
