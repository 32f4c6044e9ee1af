# expect: evaluation wrong-signature
import torch


def evaluate(model, loader, threshold=0.5):
    """Returns a tuple instead of a dict."""
    model.eval()
    with torch.no_grad():
        predicted = torch.cat([torch.sigmoid(model(features)) >= threshold for features, _ in loader])
    return predicted.float().mean().item(), 0.0, 0.0
