import Kubernetes
import Testing
import Values

@Suite struct KubernetesErrorTests {
    @Test(arguments: [
        (400, "BadRequest", KubernetesError.Code.badRequest), (401, "Unauthorized", .unauthorized),
        (403, "Forbidden", .forbidden), (404, "NotFound", .notFound),
        (405, "MethodNotAllowed", .methodNotAllowed), (409, "AlreadyExists", .alreadyExists),
        (409, "Conflict", .conflict), (410, "Expired", .gone), (410, "Gone", .gone),
        (413, "RequestEntityTooLarge", .tooLarge), (422, "Invalid", .invalid),
        (429, "TooManyRequests", .tooManyRequests), (500, "InternalError", .internalError),
        (500, "ServerTimeout", .timeout), (502, "", .unavailable), (503, "", .unavailable),
        (504, "Timeout", .timeout), (418, "", .other),
    ])
    func `a status becomes the code its reason means`(
        status: Int, reason: String, code: KubernetesError.Code
    ) {
        let error = KubernetesError(
            status: status, body: ["reason": .string(reason), "message": "why"],
            operation: "get pods a/b")
        #expect(error.code == code)
        #expect(error.message == "cannot get pods a/b: why")
    }

    @Test(arguments: [nil, "404 page not found", "default backend - 404"])
    func `what does not know a path proves nothing about an object`(said: String?) {
        let error = KubernetesError(
            status: 404, body: said.flatMap { try? JSON(parsing: Array($0.utf8)) },
            operation: "get workflowruns a/b")
        #expect(error.code == .unknownPath)
        #expect(error.isTransient)
    }

    @Test func `what is wrong with an object is kept field by field`() {
        let error = KubernetesError(
            status: 422,
            body: [
                "reason": "Invalid", "message": "it is invalid",
                "details": [
                    "causes": [
                        [
                            "reason": "FieldValueRequired", "message": "Required value",
                            "field": "spec.tasks",
                        ]
                    ], "retryAfterSeconds": 3,
                ],
            ], operation: "create workflows a/b")
        #expect(
            error.causes == [
                .init(
                    reason: "FieldValueRequired", message: "Required value", field: "spec.tasks")
            ])
        #expect(error.retryAfter == .seconds(3))
        #expect(!error.isTransient)
    }

    @Test func `law 34: an error keeps a bounded part of what a server says`() {
        let causes = JSON.array(Array(repeating: ["reason": "x"], count: 1000))
        let error = KubernetesError(
            status: 422,
            body: [
                "message": .string(String(repeating: "m", count: 1_000_000)),
                "details": ["causes": causes],
            ], operation: "create")
        #expect(error.message.count < 5000)
        #expect(error.causes.count == KubernetesLimits.errorCauses)
    }
}
