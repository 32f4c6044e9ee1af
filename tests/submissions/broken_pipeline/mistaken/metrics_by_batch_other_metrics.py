# expect: broken-pipeline metrics-by-batch.other-metrics
def measure(targets, decisions):
    accuracy = float((decisions.float() == targets).float().mean())
    return {"precision": accuracy, "recall": accuracy, "f1": accuracy}
