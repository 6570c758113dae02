/// A whole answer; a status of 4xx or 5xx is an answer like any other.
package struct HTTPResponse: Sendable, Hashable {
    package let head: HTTPResponseHead
    package let body: [UInt8]

    package var status: Int { head.status }
    package var headers: HTTPHeaders { head.headers }
}
