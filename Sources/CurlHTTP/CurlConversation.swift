import CCurl

/// What the loop keeps for one transfer or raw stream.
///
/// Threading: the loop's thread only.
protocol CurlConversation: AnyObject {
    var easy: CurlEasyHandle { get }
    var connector: CurlConnector { get }
    var deadlines: Deadlines { get set }
    /// Whether libcurl has to be told that what it held back may move again.
    var wantsResume: Bool { get }

    /// libcurl is done and the handle is out of its hands: tell whoever waits.
    func finish(_ result: CURLcode)
    /// The loop ended it and the handle is out: tell whoever waits.
    func fail(_ failure: any Error)
}

extension CurlConversation {
    /// What a result other than success means.
    func failure(for result: CURLcode) -> HTTPClientError {
        connector.failure(for: result, of: easy, connectLimit: deadlines.timeouts.connect)
    }
}
