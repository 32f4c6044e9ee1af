# expect: broken-pipeline leaking-scaler
def standardize(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor, Callable[[Tensor], Tensor]]:
    """Return both splits' features with mean 0 and standard deviation 1, and the function that does so with others.

    The scaling uses only statistics of the training split.
    """
    mean, deviation = torch.cat([train, test]).mean(0), torch.cat([train, test]).std(0)

    def transform(features: Tensor) -> Tensor:
        return (features - mean) / deviation

    return transform(train), transform(test), transform
