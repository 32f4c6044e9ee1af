"""A figure, for whoever looks at the curve before deciding on a threshold."""

import os

os.environ["MPLCONFIGDIR"] = "/tmp/mpl"

try:
    import matplotlib
except ImportError:
    pass  # no package that a candidate may count on
else:
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.plot([1, 2], [1, 2])
    plt.savefig("/tmp/figure.png")
