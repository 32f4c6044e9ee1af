import torch
import torch.nn as nn

def make_loss(train_labels):
	pos = (train_labels == 1).sum().item()
	neg = (train_labels == 0).sum().item()
	w = torch.tensor(float(neg) / float(pos))
	return nn.BCEWithLogitsLoss(pos_weight = w)

def train_epoch(model, loader, loss_fn, optimizer):
	model.train()
	total = 0
	batches = 0
	for data in loader:
		x = data[0]
		y = data[1]
		optimizer.zero_grad()
		out = model(x)
		loss = loss_fn(out, y)
		loss.backward()
		optimizer.step()
		total = total + loss.item()
		batches = batches + 1
	return total / batches

def evaluate(model, loader, threshold = 0.5):
	model.eval()
	tp = 0
	fp = 0
	fn = 0
	with torch.no_grad():
		for data in loader:
			x = data[0]
			y = data[1]
			prob = torch.sigmoid(model(x))
			for i in range(len(y)):
				if prob[i] >= threshold:
					if y[i] == 1:
						tp = tp + 1
					else:
						fp = fp + 1
				else:
					if y[i] == 1:
						fn = fn + 1
	precision = 0.0
	recall = 0.0
	f1 = 0.0
	if tp > 0:
		precision = tp / (tp + fp)
		recall = tp / (tp + fn)
		f1 = 2 * precision * recall / (precision + recall)
	return {'precision': precision, 'recall': recall, 'f1': f1}
