"""The seed's own program: read up to 32 bytes of a command's pipe, print them."""

import os
import subprocess
import sys
import time

child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
fd = child.stdout.fileno()
while True:
    line = os.read(fd, 32)
    if not line:
        break
    print("Parent %d got [%s] as %f" % (os.getpid(), line, time.time()))
sys.exit(child.wait())
