"""As much of the cell's protocol as it takes to say hello and goodbye: Docs/CellProtocol.md."""

import struct

MAGIC = bytes.fromhex("CA15504E")
HEADER = struct.Struct("<4sBBHQI")
CRC = struct.Struct("<I")
KEY = struct.pack("<Q", 0x8877665544332211)
HEADER_SIZE = HEADER.size + CRC.size + len(KEY)
MAX_PAYLOAD = 32 << 10
HELLO, WELCOME, BYE = 1, 2, 7
# What the cell may send ahead on report, stdout, stderr and files.
UP_WINDOWS = {1: 64 << 10, 2: 352 << 10, 3: 352 << 10, 4: 352 << 10}


def _crc_table():
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ 0x82F63B78 if value & 1 else value >> 1
        table.append(value)
    return table


CRC_TABLE = _crc_table()


def crc32c(content):
    crc = 0xFFFFFFFF
    for byte in content:
        crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def frame(kind, epoch, payload=b""):
    header = HEADER.pack(MAGIC, kind, 0, 0, epoch, len(payload))
    return header + CRC.pack(crc32c(header + KEY + payload)) + KEY + payload


def hello(epoch=1):
    """What a daemon sends right after attaching: padding, then the hello."""
    windows = b"".join(struct.pack("<BQQ", channel, 0, limit) for channel, limit in UP_WINDOWS.items())
    return bytes(HEADER_SIZE + MAX_PAYLOAD + 1) + frame(HELLO, epoch, windows)


def bye(epoch=1):
    return frame(BYE, epoch)


def first_frame(content):
    """The kind of the first frame, None while it is not all there.

    Raises ValueError if what came is no frame.
    """
    if len(content) < HEADER_SIZE:
        return None
    magic, kind, _, _, _, length = HEADER.unpack_from(content)
    if magic != MAGIC or length > MAX_PAYLOAD:
        raise ValueError("no frame")
    if len(content) < HEADER_SIZE + length:
        return None
    checked = content[:HEADER.size] + content[HEADER.size + CRC.size:HEADER_SIZE + length]
    if CRC.pack(crc32c(checked)) != content[HEADER.size:HEADER.size + CRC.size]:
        raise ValueError("a frame with a wrong checksum")
    return kind
