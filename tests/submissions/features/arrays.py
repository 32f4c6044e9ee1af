"""NumPy, SciPy, scikit-learn, imbalanced-learn and joblib, with threads of their own."""

import imblearn.over_sampling
import imblearn.pipeline
import joblib
import numpy as np
import scipy.linalg
import scipy.optimize
import scipy.sparse
import scipy.special
import scipy.stats
import sklearn
import sklearn.calibration
import sklearn.cluster
import sklearn.datasets
import sklearn.ensemble
import sklearn.linear_model
import sklearn.metrics
import sklearn.model_selection
import sklearn.neighbors
import sklearn.pipeline
import sklearn.preprocessing
import sklearn.svm

random = np.random.default_rng(0)
x, y = random.normal(size=(600, 6)), (np.arange(600) % 5 == 0).astype(int)
a = random.normal(size=(400, 400))
np.linalg.svd(a @ a.T)
scipy.linalg.eigh(a @ a.T)
scipy.optimize.minimize(lambda v: ((v - 1) ** 2).sum(), np.zeros(3))
scipy.special.expit(x), scipy.stats.norm.cdf(x), scipy.sparse.csr_matrix(x)
np.save("/tmp/x.npy", x)
np.load("/tmp/x.npy", mmap_mode="r").sum()
np.savez_compressed("/tmp/x.npz", x=x)
np.load("/tmp/x.npz")["x"].sum()
np.savetxt("/tmp/x.txt", x)
np.loadtxt("/tmp/x.txt")
kept = np.memmap("/tmp/m", dtype="float32", mode="w+", shape=(10, 10))
kept[:] = 1
kept.flush()

logistic = sklearn.pipeline.make_pipeline(
    sklearn.preprocessing.StandardScaler(), sklearn.linear_model.LogisticRegression(class_weight="balanced")
).fit(x, y)
sklearn.metrics.precision_recall_fscore_support(y, logistic.predict(x), zero_division=0)
sklearn.metrics.roc_auc_score(y, logistic.predict_proba(x)[:, 1])
sklearn.ensemble.RandomForestClassifier(20, n_jobs=2).fit(x, y).predict(x)
sklearn.ensemble.HistGradientBoostingClassifier(max_iter=10).fit(x, y).predict(x)
sklearn.ensemble.GradientBoostingClassifier(n_estimators=10).fit(x, y)
sklearn.neighbors.KNeighborsClassifier(n_jobs=2).fit(x, y).predict(x)
sklearn.svm.SVC(probability=False).fit(x, y)
sklearn.model_selection.cross_val_score(sklearn.linear_model.LogisticRegression(), x, y, cv=3)
sklearn.model_selection.train_test_split(x, y, stratify=y)
sklearn.calibration.CalibratedClassifierCV(sklearn.linear_model.LogisticRegression()).fit(x, y)
sklearn.datasets.make_classification()
sklearn.cluster.KMeans(2).fit(x)
imblearn.over_sampling.SMOTE(random_state=0).fit_resample(x, y)
imblearn.over_sampling.ADASYN(random_state=0).fit_resample(x, y)

assert joblib.Parallel(n_jobs=2, backend="threading")(joblib.delayed(abs)(-n) for n in range(4)) == [0, 1, 2, 3]
assert joblib.Parallel(n_jobs=1)(joblib.delayed(abs)(-n) for n in range(4)) == [0, 1, 2, 3]
joblib.dump(logistic, "/tmp/model.joblib", compress=3)
joblib.load("/tmp/model.joblib")
remembered = joblib.Memory("/tmp/cache", verbose=0).cache(np.square)
remembered(x)
remembered(x)
joblib.cpu_count()
