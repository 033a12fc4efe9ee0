"""The SMS centres of Jasmin's tests, each on a port of its own: prints {"HappySMSC": 40001, ...}.

usage: python jasmin_smsc.py FOLDER_OF_SMSC_SIMULATOR
"""
import json
import sys

sys.path.insert(0, sys.argv[1])

from twisted.internet import reactor  # noqa: E402
from twisted.internet.protocol import Factory, Protocol  # noqa: E402

import smsc_simulator  # noqa: E402

ports = {}
for name, protocol in vars(smsc_simulator).items():
    if isinstance(protocol, type) and issubclass(protocol, Protocol) and protocol is not Protocol:
        factory = Factory()
        factory.protocol = protocol
        ports[name] = reactor.listenTCP(0, factory, interface="127.0.0.1").getHost().port

print(json.dumps(ports), flush=True)
reactor.run()
