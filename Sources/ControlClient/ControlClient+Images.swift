package import ControlWire
import CurlHTTP
package import Model
package import Ports

/// The names of images.
extension ControlClient {
    package func addImage(_ ask: ImageAsk) async throws -> ImageView { try await post("/images", ask) }

    /// Loads the one image of an archive; the engine then takes its time, so nothing but the daemon's end ends the wait.
    ///
    /// - Parameters:
    ///   - source: what the archive is called, for people.
    ///   - size: if it is known; the daemon can then refuse before anything is sent.
    package func loadImage(
        _ archive: any InputSource, size: ByteCount?, source: String, name: String
    ) async throws -> ImageView {
        try await post(
            archive, length: size.map { Int($0.bytes) }, to: "/images/load",
            query: [("name", name), ("source", source)], idle: nil)
    }

    package func removeImage(_ name: String, fromEngine: Bool) async throws -> ImageView {
        try await post("/images/\(Self.encoded(name))/remove", ImageRemovalAsk(fromEngine: fromEngine))
    }
}
