"""Given: `python -m assignment` trains the model with your three functions and measures it."""

import re
import sys

import torch

from assignment.data import FEATURES, make_loaders
from assignment.exercise import evaluate, make_loss, train_epoch
from assignment.model import Classifier

EPOCHS = 5
LEARNING_RATE = 3e-3


def main(seed: int = 0) -> None:
    """Train for five epochs, then print precision, recall and F1 on the test split."""
    # So small a model gains nothing from a second thread, and loses much when other programs want the processor too.
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    train_loader, test_loader, train_labels = make_loaders(seed)
    model = Classifier(FEATURES, seed=seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    loss_fn = make_loss(train_labels)
    for epoch in range(EPOCHS):
        loss = train_epoch(model, train_loader, loss_fn, optimizer)
        print(f"Epoch {epoch} | loss {loss:.4f}")
    metrics = evaluate(model, test_loader)
    print(f"Precision {metrics['precision']:.3f} Recall {metrics['recall']:.3f} F1 {metrics['f1']:.3f}")


if __name__ == "__main__":
    try:
        main()
    except NotImplementedError as todo:
        # Any other error is one to debug: it keeps its traceback.
        if not re.fullmatch(r"TODO \d of \d: .+", str(todo)):
            raise
        sys.exit(f"Not done yet: {todo}")
