"""What every worker needs and takes seconds to import; loaded once, in the process that workers
are forked from."""

from __future__ import annotations

import torch as torch

from conformance.corpus.opinfo.database import database
from conformance.corpus.opinfo.stored import is_kept

if not is_kept():
    database()
