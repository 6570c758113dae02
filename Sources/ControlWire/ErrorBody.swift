import Model

/// How an error is told: the body of every answer of status 400 and more.
package struct ErrorBody: Sendable, Hashable, Codable {
    package struct Content: Sendable, Hashable, Codable {
        package let code: WireErrorCode
        package let message: String
        package let remedy: String?
        /// The request's id in the daemon's log.
        package let id: String

        private enum CodingKeys: String, CodingKey { case code, message, remedy, id }

        package init(code: WireErrorCode, message: String, remedy: String?, id: String) {
            (self.code, self.message, self.remedy, self.id) = (code, message, remedy, id)
        }
    }

    package let error: Content

    private enum CodingKeys: String, CodingKey { case error }

    package init(_ error: Content) { self.error = error }
}
