import Foundation
import Model
import Synchronization

@testable import Commands

/// What a command prints to stdout.
enum Printed {
    static func text(_ body: (Output) throws -> Void) throws -> String {
        let kept = Kept()
        try body(Output { toError, data in if !toError { kept.add(data) } })
        return kept.text
    }

    static func json(_ body: (Output) throws -> Void) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: Data(try text(body).utf8))
    }
}

/// Keeps what is written.
private final class Kept: Sendable {
    private let data = Mutex(Data())

    func add(_ more: Data) { data.withLock { $0 += more } }
    var text: String { data.withLock { String(decoding: $0, as: UTF8.self) } }
}
