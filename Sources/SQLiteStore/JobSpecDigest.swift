import Crypto
import Foundation
package import Model
package import Ports

/// Names a spec by its content.
package enum JobSpecDigest {
    /// `sha256:` and 64 hex digits, of the spec's stored form.
    package static func of(_ spec: JobSpec) throws(StoreError) -> String {
        do {
            let digest = SHA256.hash(data: Data(try StoredJSON.text(of: spec).utf8))
            return "sha256:" + digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        } catch {
            throw .corrupt(detail: "a spec cannot be written as JSON: \(error)")
        }
    }
}
