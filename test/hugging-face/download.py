"""What vLLM does with weights of Hugging Face; `without-locks` as on a volume whose flock(2) does nothing."""

import fcntl
import sys

if sys.argv[1:] == ["without-locks"]:
    fcntl.flock = lambda *_: None

from huggingface_hub import constants, snapshot_download

constants.FILELOCK_LOG_EVERY_SECONDS = 0.1
print(snapshot_download("acme/own"))
