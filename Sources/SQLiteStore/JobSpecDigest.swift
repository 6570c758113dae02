import Crypto
import Foundation
package import Model
package import Ports

/// Names a spec by its content.
package enum JobSpecDigest {
    /// `sha256:` and 64 hex digits, of the spec's stored form.
    package static func of(_ spec: JobSpec) throws(StoreError) -> String {
        do {
            return of(text: try StoredJSON.text(of: spec))
        } catch {
            throw .corrupt(detail: "a spec cannot be written as JSON: \(error)")
        }
    }

    static func of(text: String) -> String { of(bytes: Data(text.utf8)) }

    static func of(bytes: some DataProtocol) -> String {
        var text = "sha256:"
        text.reserveCapacity(71)
        for byte in SHA256.hash(data: bytes) {
            if byte < 16 { text += "0" }
            text += String(byte, radix: 16)
        }
        return text
    }
}
