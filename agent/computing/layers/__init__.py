"""What each layer does to a shape, and how many parameters it has: the rules of `torch.nn`.

Shapes have no batch dimension. Rules and argument names are those of the layers' pages in
https://docs.pytorch.org/docs/stable/nn.html; torch itself is not imported.
"""

from agent.computing.layers.features import FEATURES
from agent.computing.layers.options import LARGEST, Dims, Layer, Outcome, bound
from agent.computing.layers.spatial import SPATIAL

LAYERS = SPATIAL | FEATURES

__all__ = ["LARGEST", "LAYERS", "Dims", "Layer", "Outcome", "bound"]
