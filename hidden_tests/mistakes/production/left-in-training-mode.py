# expect: production left-in-training-mode
def load_model(path: str | Path) -> nn.Module:
    """F4: return the saved model, in evaluation mode; no code from the file is run, whatever it contains."""
    saved = torch.load(path, weights_only=True)
    model = nn.Sequential(*(_LAYERS[name][0](*arguments) for name, arguments in saved["layers"]))
    model.load_state_dict(saved["state"])
    return model
