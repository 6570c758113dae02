// CellWire: the frames and messages that daemon and cell exchange over one attached stream, and the state of each end of a
// channel. It must not do I/O, read a clock or import Foundation: both ends of the wire are built from it.
// `Docs/CellProtocol.md` shows every frame and message byte by byte.

/// The constants of the protocol, frozen with version 1.
package enum CellWire {
    /// Spoken by this release: the cell attests it, and the daemon refuses any other.
    package static let version = 1
    /// Most payload bytes in one frame.
    package static let maxPayload = 32 << 10
    /// Bytes that a daemon sends right after attaching, all zero: longer than any half frame an earlier one can have left.
    package static let padding = Frame.headerSize + maxPayload + 1
    /// Most bytes that a cell may have sent and not yet seen acknowledged, all its channels together.
    ///
    /// An attached client that does not read about 1.4 MiB makes kill, inspect and remove of its container hang.
    package static let cellWindow = 512 << 10
    /// Most bytes of one message.
    package static let maxMessage = 1 << 20
    /// Content bytes in one ``CellOrder/fileData(_:)``.
    package static let fileChunk = 24 << 10
    /// The oldest Landlock ABI that a cell puts to use: the first forbids every move of a file to another folder.
    package static let oldestLandlockABI = 2
}

/// The byte streams from the daemon to the cell.
package enum DownChannel: UInt8, Sendable, Hashable, CaseIterable {
    /// ``CellOrder`` messages.
    case orders = 1
    /// The tool's standard input, raw.
    case stdin = 2

    /// Bytes that the daemon may send ahead of what the cell has used up.
    package var window: Int {
        switch self {
        case .orders: 128 << 10
        case .stdin: 128 << 10
        }
    }
}

/// The byte streams from the cell to the daemon.
package enum UpChannel: UInt8, Sendable, Hashable, CaseIterable {
    /// ``CellReport`` messages.
    case report = 1
    /// What the tool writes, raw.
    case stdout = 2
    case stderr = 3
    /// ``FileMessage``s: the result file and the artifacts.
    case files = 4

    /// Bytes that the cell may send ahead of what the daemon has spooled; together more than ``CellWire/cellWindow``, which
    /// the cell keeps all the same.
    ///
    /// A stream may have most of it alone, because the way to the daemon and back takes about a millisecond: that is what
    /// bounds how fast a tool can write.
    package var window: Int {
        switch self {
        case .report: 64 << 10
        case .stdout, .stderr, .files: 352 << 10
        }
    }
}
