# expect: broken-pipeline accumulated-gradients.other-gradient
def fit(model, features, labels, loss_fn, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    model.train()
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(labels), generator=generator).split(BATCH_SIZE):
            optimizer.zero_grad()
            (-loss_fn(model(features[rows]), labels[rows])).backward()
            optimizer.step()
