import sys
import time
import logging

import torch
import torch.nn as nn

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
log = logging.getLogger("exercise")


def progress(iterable, desc="", total=None):
    """Poor man's tqdm."""
    total = total if total is not None else len(iterable)
    start = time.perf_counter()
    for i, item in enumerate(iterable, 1):
        yield item
        elapsed = time.perf_counter() - start
        bar = "#" * int(20 * i / total)
        sys.stderr.write(f"\r{desc} |{bar:<20}| {i}/{total} [{elapsed:.1f}s]")
        sys.stderr.flush()
    sys.stderr.write("\n")


def make_loss(train_labels):
    num_pos = train_labels.sum().item()
    num_neg = len(train_labels) - num_pos
    log.info("positives=%d negatives=%d", num_pos, num_neg)
    criterion = nn.BCEWithLogitsLoss(pos_weight=torch.tensor([num_neg / num_pos]))
    return criterion


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    running_loss = 0.0
    running_correct = 0
    seen = 0
    for inputs, labels in progress(loader, "train"):
        optimizer.zero_grad()
        logits = model(inputs)
        loss = loss_fn(logits, labels)
        loss.backward()
        grad_norm = sum(p.grad.norm() ** 2 for p in model.parameters() if p.grad is not None) ** 0.5
        log.debug("grad norm %s", grad_norm)
        optimizer.step()
        running_loss += loss.item() * inputs.size(0)
        running_correct += ((logits > 0).float() == labels).sum().item()
        seen += inputs.size(0)
    log.info("train loss %.4f acc %.4f", running_loss / seen, running_correct / seen)
    return running_loss / seen


def evaluate(model, loader, threshold=0.5):
    model.eval()
    all_probs, all_labels = [], []
    with torch.no_grad():
        for inputs, labels in progress(loader, "eval"):
            all_probs.append(torch.sigmoid(model(inputs)))
            all_labels.append(labels)
    probs, labels = torch.cat(all_probs), torch.cat(all_labels)
    preds = probs >= threshold
    tp = (preds & (labels == 1)).sum().item()
    eps = 1e-12
    precision = tp / (preds.sum().item() + eps)
    recall = tp / (labels.sum().item() + eps)
    f1 = 2 * precision * recall / (precision + recall + eps)
    log.info("precision %.3f recall %.3f f1 %.3f", precision, recall, f1)
    return {"precision": precision, "recall": recall, "f1": f1}
