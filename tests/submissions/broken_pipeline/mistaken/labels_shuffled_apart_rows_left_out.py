# expect: broken-pipeline labels-shuffled-apart.rows-left-out
def fit(model, features, labels, loss_fn, seed):
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    model.train()
    rows = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))[:BATCH_SIZE]
    for _ in range(EPOCHS):
        optimizer.zero_grad()
        loss_fn(model(features[rows]), labels[rows]).backward()
        optimizer.step()
