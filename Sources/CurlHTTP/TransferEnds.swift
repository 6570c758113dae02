/// Where the parts of one transfer come from and go to, on the users' side.
struct TransferEnds: Sendable {
    /// Where the answer's body goes.
    enum Sink: Sendable {
        /// All of it at once, at the end.
        case whole(OneShot<[UInt8]>)
        case pieces(DownloadPipe)
    }

    let head = OneShot<HTTPResponseHead>()
    /// The request's body, unless the request itself holds it.
    let upload: UploadPipe?
    let sink: Sink

    /// Nothing more comes or goes: tells whoever waits.
    func fail(_ failure: any Error) {
        head.settle(.failure(failure))
        upload?.close()
        switch sink {
        case .whole(let body): body.settle(.failure(failure))
        case .pieces(let pipe): pipe.end(.failure(failure))
        }
    }
}
