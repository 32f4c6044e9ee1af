# expect: model-improvement wrong-signature
# about: Returns a scikit-learn pipeline, not an nn.Module
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def build_improved(train_features, train_labels, seed):
    model = make_pipeline(
        StandardScaler(),
        RandomForestClassifier(n_estimators=200, class_weight="balanced", random_state=seed),
    )
    model.fit(train_features.numpy(), train_labels.numpy())
    return model
