from __future__ import annotations

import socket

import pytest


def test_another_machine_is_refused_and_noticed(refused: list[str]) -> None:
    with pytest.raises(ConnectionRefusedError, match="stay on this machine"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(ConnectionRefusedError, match="stay on this machine"):
        socket.getaddrinfo("example.com", 80)
    assert refused == ["socket.getaddrinfo 192.0.2.1", "socket.getaddrinfo example.com"]
    refused.clear()


def test_this_machine_is_not(refused: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
    assert refused == []
