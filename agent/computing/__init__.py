"""What the assistant computes rather than guesses: numbers, tensor shapes, gradients.

Pure functions over text that a student or a model wrote. Nothing here runs that text: it is
parsed, compared with what is known, and refused with an `InputError` otherwise.
"""

from agent.computing.arithmetic import calculate
from agent.computing.gradients import GradientCheck, Partial, check_gradient
from agent.computing.shapes import Shape, shapes

__all__ = ["GradientCheck", "Partial", "Shape", "calculate", "check_gradient", "shapes"]
