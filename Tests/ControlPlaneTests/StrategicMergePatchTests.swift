import Testing
import Values

@testable import ControlPlane

@Suite struct StrategicMergePatchTests {
    private let object: JSON = [
        "metadata": [
            "finalizers": ["a", "b"],
            "ownerReferences": [["uid": "1", "name": "x"], ["uid": "2", "name": "y"]],
        ],
        "data": ["k": "v", "l": "w"], "plain": [1, 2],
    ]

    @Test func `lists with a merge key merge by it, others are replaced`() throws {
        let result = try StrategicMergePatch.apply(
            [
                "metadata": [
                    "ownerReferences": [["uid": "2", "name": "z"], ["uid": "3"]],
                    "finalizers": ["b", "c"],
                ], "plain": [3],
            ], to: object)
        #expect(
            result["metadata"]?["ownerReferences"]
                == [["uid": "1", "name": "x"], ["uid": "2", "name": "z"], ["uid": "3"]])
        #expect(result["metadata"]?["finalizers"] == ["a", "b", "c"])
        #expect(result["plain"] == [3])
    }

    @Test func `directives delete, replace and empty`() throws {
        let result = try StrategicMergePatch.apply(
            [
                "metadata": [
                    "ownerReferences": [["uid": "1", "$patch": "delete"]],
                    "$deleteFromPrimitiveList/finalizers": ["a"],
                    "$setElementOrder/ownerReferences": [["uid": "2"]],
                ], "data": ["$patch": "replace", "n": "1"],
            ], to: object)
        #expect(result["metadata"]?["ownerReferences"] == [["uid": "2", "name": "y"]])
        #expect(result["metadata"]?["finalizers"] == ["b"])
        #expect(result["data"] == ["n": "1"])
    }

    @Test func `an unknown directive is refused`() {
        #expect(throws: APIFailure.self) {
            try StrategicMergePatch.apply(["data": ["$patch": "frob"]], to: object)
        }
    }
}
