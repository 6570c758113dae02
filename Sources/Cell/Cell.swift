// Cell: process 1 of every sandbox. It attests how it is confined, takes one job, runs the tool behind the inner filter,
// streams, limits, reaps, collects, and says how it ended (`Docs/CellProtocol.md`).
// It must not trust the tool, wait for anybody, hold a secret, or import Foundation.
import CCell
import Glibc

/// What `caisson-cell` does.
package enum Cell {
    /// Runs as the arguments say and ends the process.
    ///
    /// - `serve`: process 1 of a sandbox, speaking frames on descriptors 0 and 1.
    /// - `print`: writes this program's own bytes to descriptor 1, from the volume it was started from, and ends. The daemon
    ///   compares their digest with what it loaded before any sandbox uses that volume.
    package static func main(arguments: [String]) -> Never {
        switch arguments.dropFirst().first {
        case "serve":
            // As process 1 the cell kills whatever it can see: anywhere else that would be the whole machine.
            guard getpid() == 1 else {
                complain("caisson-cell: `serve` is for process 1 of a sandbox only\n")
                exit(2)
            }
            var loop = CellLoop(folder: arguments.count > 2 ? arguments[2] : "/work")
            exit(loop.run())
        case "print":
            exit(printSelf())
        default:
            complain("caisson-cell runs inside a sandbox: `serve` or `print`\n")
            exit(2)
        }
    }

    /// Words for whoever looks at the container's stderr; the daemon keeps a little of it for its messages.
    static func complain(_ text: String) { _ = Kernel.write(2, Array(text.utf8)[...]) }

    private static func printSelf() -> Int32 {
        let fd = unsafe open("/proc/self/exe", O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { return 1 }
        while case .bytes(let bytes) = Kernel.read(fd, count: 64 << 10) {
            var rest = bytes[...]
            while !rest.isEmpty {
                guard let count = Kernel.write(1, rest) else { return 1 }
                rest = rest.dropFirst(count)
                guard count == 0 else { continue }
                var wait = [pollfd(fd: 1, events: Int16(POLLOUT), revents: 0)]
                Kernel.poll(&wait, timeout: 1000)
            }
        }
        return 0
    }
}
