import Kubernetes
import Testing
import Values

@Suite struct KubernetesObjectTests {
    @Test func `metadata reads what was written, and empty maps are left out`() {
        var object = KubernetesObject(.configMaps, ObjectKey(namespace: "n", name: "a"))
        object.labels = ["x": "1"]
        object.annotations = ["y": "2"]
        object.finalizers = ["f"]
        object.ownerReferences = [
            OwnerReference(
                apiVersion: "v1", kind: "Pod", name: "p", uid: "u", controller: true)
        ]
        #expect(object.key == ObjectKey(namespace: "n", name: "a"))
        #expect(object.label("x") == "1")
        #expect(object.annotation("y") == "2")
        #expect(object.finalizers == ["f"])
        #expect(object.controller?.name == "p")
        #expect(object.isOwned(byUID: "u"))
        #expect(!object.isOwned(byUID: "v"))
        object.labels = [:]
        object.annotations = [:]
        object.finalizers = []
        object.ownerReferences = []
        #expect(object == KubernetesObject(.configMaps, ObjectKey(namespace: "n", name: "a")))
    }

    @Test(arguments: [
        ("a/b", ObjectKey(namespace: "a", name: "b")), ("b", ObjectKey(name: "b")), ("", nil),
        ("/b", nil), ("a/", nil), ("a/b/c", nil),
    ])
    func `a key is read from its text`(text: String, key: ObjectKey?) {
        #expect(ObjectKey(text) == key)
    }

    @Test func `versions compare as numbers, and not at all when they are none`() {
        let small = ResourceVersion("9")
        let large = ResourceVersion("10")
        #expect(small.isOlder(than: large))
        #expect(!large.isOlder(than: small))
        #expect(small.isNotNewer(than: small))
        let odd = ResourceVersion("x")
        #expect(!odd.isOlder(than: large))
        #expect(!odd.isNotNewer(than: large))
        #expect(odd.isNotNewer(than: odd))
    }
}
