"""For all tests: hypothesis measures no deadlines, since they tell of a busy machine and not of the code.

And SIGINT is not ignored, as it is where a shell has started the tests in its background: the programs that they start
would inherit that, and rightly not end by it.
"""

import signal

from hypothesis import settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("project", deadline=None)
settings.load_profile("project")
