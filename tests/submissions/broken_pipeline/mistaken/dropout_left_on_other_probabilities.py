# expect: broken-pipeline dropout-left-on.other-probabilities
def predict(model, features):
    model.eval()
    with torch.no_grad():
        return torch.softmax(model(features), dim=0)
