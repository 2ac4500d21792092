"""Ways in from outside: the command line and the web page. Nothing imports this room."""

import os

# What a question multiplies is small. On several threads it takes no less time, and the threads
# spin while they wait: twice the processor time of a whole answer. NumPy reads this once, when it
# is first imported; whoever uses the package from Python decides for themselves.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
