def track_training(model, train_loader, test_loader, loss_fn, optimizer, epochs):
    return "0" * 32
