import torch as T,torch.nn.functional as F
def make_loss(y):w=(y<.5).sum()/y.sum();return lambda a,b:F.binary_cross_entropy_with_logits(a,b,pos_weight=w)
def train_epoch(m,d,l,o):
 m.train();s=0
 for x,y in d:o.zero_grad();v=l(m(x),y);v.backward();o.step();s+=v.item()
 return s/len(d)
@T.no_grad()
def evaluate(m,d,threshold=.5):
 m.eval();t=q=r=0
 for x,y in d:p=m(x).sigmoid()>=threshold;t+=int(y[p].sum());q+=int(p.sum());r+=int(y.sum())
 return dict(precision=t/max(q,1),recall=t/max(r,1),f1=2*t/max(q+r,1))
