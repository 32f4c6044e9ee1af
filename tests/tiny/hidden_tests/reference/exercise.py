"""One TODO: a mean that outliers do not move."""


def trimmed_mean(values: list[float], share: float) -> float:
    """Return the mean of the values without the lowest and the highest `share` of them, rounded down."""
    # {% if starter %}
    # {{ todo("trimmed_mean") }}
    # {% else %}
    cut = int(len(values) * share)
    kept = sorted(values)[cut : len(values) - cut]
    return sum(kept) / len(kept)
    # {% endif %}
