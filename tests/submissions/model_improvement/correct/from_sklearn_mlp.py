import torch
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from torch import nn


def build_improved(train_features, train_labels, seed):
    """Fit with scikit-learn, then copy scaler and weights into one nn.Sequential."""
    scaler = StandardScaler().fit(train_features.numpy())
    mlp = MLPClassifier((64, 32), random_state=seed, max_iter=80, learning_rate_init=5e-3, alpha=1e-3)
    import warnings
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mlp.fit(scaler.transform(train_features.numpy()), train_labels.numpy())

    layers = []
    scale = nn.Linear(train_features.shape[1], train_features.shape[1])
    with torch.no_grad():
        scale.weight.copy_(torch.diag(torch.tensor(1 / scaler.scale_)))
        scale.bias.copy_(torch.tensor(-scaler.mean_ / scaler.scale_))
    layers.append(scale)
    for i, (w, b) in enumerate(zip(mlp.coefs_, mlp.intercepts_)):
        linear = nn.Linear(*w.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(w.T))
            linear.bias.copy_(torch.tensor(b))
        layers.append(linear)
        if i < len(mlp.coefs_) - 1:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.Flatten(start_dim=0)).eval()
