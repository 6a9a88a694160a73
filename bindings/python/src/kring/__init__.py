"""Kring on a person's phone: one file, edits that survive everything, shared when there is a network.

    from kring import Kring

    kring = Kring.open("joost.kring", "my app 1.0", "nl")
    space = kring.create_space("Rond Joost")

Ids are UUIDs as text, times are RFC 3339, commands and documents are JSON; see docs/commands.md.
"""

from .kring import *  # noqa: F401,F403 - the generated module is the whole interface
from .kring import __all__  # noqa: F401
