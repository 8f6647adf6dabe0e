import Testing
import Values

@testable import ControlPlane

@Suite struct ProtobufTests {
    private func body(_ kind: String, _ message: ProtobufWriter) -> [UInt8] {
        var type = ProtobufWriter()
        type.string(1, "v1")
        type.string(2, kind)
        var unknown = ProtobufWriter()
        unknown.message(1, type)
        unknown.message(2, message)
        return Array("k8s\0".utf8) + unknown.bytes
    }

    @Test func `a config map in Protocol Buffers is the one in JSON`() throws {
        var metadata = ProtobufWriter()
        metadata.string(1, "settings")
        metadata.message(8, ProtobufWriter())
        var owner = ProtobufWriter()
        owner.string(3, "parent")
        owner.bool(6, true)
        metadata.message(13, owner)
        var entry = ProtobufWriter()
        entry.string(1, "key")
        entry.string(2, "value")
        var map = ProtobufWriter()
        map.message(1, metadata)
        map.message(2, entry)
        let json = try ProtobufReader.read(body("ConfigMap", map))
        #expect(
            json == [
                "apiVersion": "v1", "kind": "ConfigMap", "data": ["key": "value"],
                "metadata": [
                    "name": "settings",
                    "ownerReferences": [["name": "parent", "controller": true]],
                ],
            ])
    }

    @Test func `what is cut short at any byte is refused, never trapped upon`() throws {
        var entry = ProtobufWriter()
        entry.string(1, "key")
        entry.string(2, "value")
        var map = ProtobufWriter()
        map.message(2, entry)
        let whole = body("ConfigMap", map)
        for count in 0..<whole.count {
            _ = try? ProtobufReader.read(Array(whole[..<count]))
        }
        #expect(throws: APIFailure.self) { try ProtobufReader.read(Array(whole.dropLast())) }
        #expect(throws: APIFailure.self) { try ProtobufReader.read(Array("k9s\0".utf8)) }
    }
}
