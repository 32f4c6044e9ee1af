# expect: broken-pipeline labels-shuffled-apart
def fit(
    model: nn.Module, features: Tensor, labels: Tensor, loss_fn: Callable[[Tensor, Tensor], Tensor], seed: int
) -> None:
    """Train the model in place, on batches in an order that the seed decides anew for each epoch."""
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    model.train()
    for _ in range(EPOCHS):
        order = torch.randperm(len(labels), generator=generator)
        for rows in order.split(BATCH_SIZE):
            optimizer.zero_grad()
            loss = loss_fn(model(features[rows]), labels[torch.randperm(len(labels), generator=generator)[: len(rows)]])
            loss.backward()
            optimizer.step()
