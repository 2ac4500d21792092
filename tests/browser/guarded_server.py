"""Serves the page with every way out of this machine watched.

Usage: guarded_server.py CORPUS INDEX PORT REFUSED, where REFUSED is a file that gets one line
for each attempt to reach another machine.
"""

from __future__ import annotations

import ipaddress
import sys
from pathlib import Path

from zjip_qa.interfaces.chat import launch
from zjip_qa.settings import Settings

corpus, index, port, refused = sys.argv[1:]


def is_local(host: object) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


def watch(event: str, args: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event == "socket.connect" and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return
    if not is_local(host):
        with Path(refused).open("a", encoding="utf-8") as log:
            log.write(f"{event} {host}\n")
        raise OSError(f"{event} {host} refused by the test")


sys.addaudithook(watch)
launch(Settings(corpus=Path(corpus), index=Path(index), port=int(port)))
