"""The ops: one file a family, each forward with its derivative rules beside it.

Rules name ops of their own family directly and others as `ops.NAME`, looked up when they run.
"""

from mini_autograd.ops.arithmetic import *
from mini_autograd.ops.choosing import *
from mini_autograd.ops.clamping import *
from mini_autograd.ops.comparison import *
from mini_autograd.ops.complexes import *
from mini_autograd.ops.conversion import *
from mini_autograd.ops.diagonals import *
from mini_autograd.ops.division import *
from mini_autograd.ops.elementary import *
from mini_autograd.ops.extrema import *
from mini_autograd.ops.gathering import *
from mini_autograd.ops.indexing import *
from mini_autograd.ops.joining import *
from mini_autograd.ops.likelihood import *
from mini_autograd.ops.linalg import *
from mini_autograd.ops.losses import *
from mini_autograd.ops.masking import *
from mini_autograd.ops.moments import *
from mini_autograd.ops.normalisation import *
from mini_autograd.ops.norms import *
from mini_autograd.ops.operators import *
from mini_autograd.ops.ordering import *
from mini_autograd.ops.picking import *
from mini_autograd.ops.powers import *
from mini_autograd.ops.products import *
from mini_autograd.ops.rearranging import *
from mini_autograd.ops.reductions import *
from mini_autograd.ops.restriding import *
from mini_autograd.ops.rounding import *
from mini_autograd.ops.running import *
from mini_autograd.ops.slicing import *
from mini_autograd.ops.strided import *
from mini_autograd.ops.transposing import *
from mini_autograd.ops.views import *
from mini_autograd.ops.writing import *
