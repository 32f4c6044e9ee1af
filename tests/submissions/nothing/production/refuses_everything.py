def save_model(model, path):
    Path(path).write_bytes(b"saved")


def load_model(path):
    raise ValueError(f"{path} cannot be loaded")


def predict(model, features):
    raise ValueError("these features cannot be used")
