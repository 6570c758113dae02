import ControlWire
import Ports

/// A job of any kind as `caisson show -o json` shows it: all that is known of it, and its needs beside it.
struct ShowView: Encodable {
    private let job: JobView
    private let needs: [NeedView]

    init(_ job: JobView, needs: [NeedRecord]) { (self.job, self.needs) = (job, needs.map { NeedView($0) }) }

    private enum CodingKeys: String, CodingKey { case needs }

    /// All in one object.
    func encode(to encoder: any Encoder) throws {
        try job.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(needs, forKey: .needs)
    }
}
