import CellWire
import Testing

@Suite struct WindowTests {
    private let windows = [
        Window(channel: 1, received: 7, limit: 65_543), Window(channel: 200, received: .max - 1, limit: .max),
    ]

    @Test("windows round, 17 bytes each")
    func roundTrip() {
        let bytes = Window.encode(windows)
        #expect(bytes.count == 34)
        #expect(Window.decode(bytes) == windows)
    }

    @Test("nothing, or a part of a window, is refused")
    func torn() {
        let bytes = Window.encode(windows)
        for count in 0..<bytes.count where count != 17 {
            #expect(Window.decode(Array(bytes[..<count])) == nil, "\(count) bytes")
        }
    }
}
