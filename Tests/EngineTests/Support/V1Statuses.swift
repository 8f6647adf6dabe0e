/// Statuses as releases stored them before there were scopes.
///
/// They are kept as they were: what is stored somewhere must be read for ever (law 38).
enum V1 {
    /// One task has ended, one is about to start.
    static let running = #"""
        {
          "checkpoint": {
            "holder": "a-1",
            "sequence": 2
          },
          "conditions": [],
          "inputs": {
            "who": "you"
          },
          "observedGeneration": 1,
          "phase": "Running",
          "progress": "1/4",
          "startTime": "2027-01-15T08:00:00Z",
          "tasks": {
            "a": {
              "attempt": 1,
              "completionTime": "2027-01-15T08:00:01Z",
              "outputs": {
                "stdout": "one"
              },
              "phase": "Completed",
              "startTime": "2027-01-15T08:00:00Z"
            },
            "b": {
              "attempt": 1,
              "phase": "Launching",
              "startTime": "2027-01-15T08:00:01Z"
            },
            "c": {
              "phase": "Pending"
            },
            "d": {
              "phase": "Pending"
            }
          },
          "workflow": {
            "kind": "Workflow",
            "name": "w"
          }
        }
        """#

    /// One task waits for its third attempt; one of the two before was cut off.
    static let retrying = #"""
        {
          "checkpoint": {
            "sequence": 4
          },
          "inputs": {
            "who": "you"
          },
          "phase": "Running",
          "progress": "1/4",
          "startTime": "2027-01-15T08:00:00Z",
          "tasks": {
            "a": {
              "attempt": 1,
              "completionTime": "2027-01-15T08:00:01Z",
              "outputs": {
                "stdout": "one"
              },
              "phase": "Completed",
              "startTime": "2027-01-15T08:00:00Z"
            },
            "b": {
              "attempt": 2,
              "error": {
                "message": "not yet",
                "type": "RateLimitError"
              },
              "interruptions": 1,
              "nextAttemptTime": "2027-01-15T08:00:12.500Z",
              "phase": "Retrying",
              "reason": "Interrupted",
              "startTime": "2027-01-15T08:00:01Z"
            },
            "c": {
              "phase": "Pending"
            },
            "d": {
              "phase": "Pending"
            }
          },
          "timers": {
            "runDeadline": "2027-01-15T09:00:00Z"
          }
        }
        """#

    /// Paused with a task that is ready.
    static let paused = #"""
        {
          "checkpoint": {
            "sequence": 3
          },
          "inputs": {
            "who": "you"
          },
          "phase": "Paused",
          "progress": "1/4",
          "startTime": "2027-01-15T08:00:00Z",
          "tasks": {
            "a": {
              "attempt": 1,
              "completionTime": "2027-01-15T08:00:01Z",
              "outputs": {
                "stdout": "one"
              },
              "phase": "Completed",
              "startTime": "2027-01-15T08:00:00Z"
            },
            "b": {
              "phase": "Ready"
            },
            "c": {
              "phase": "Pending"
            },
            "d": {
              "phase": "Pending"
            }
          },
          "timers": {
            "pausedTime": "2027-01-15T08:00:01Z",
            "runDeadline": "2027-01-15T09:00:00Z"
          }
        }
        """#

    /// Being cancelled while a task runs.
    static let cancelling = #"""
        {
          "checkpoint": {
            "sequence": 3
          },
          "inputs": {
            "who": "you"
          },
          "phase": "Running",
          "progress": "1/4",
          "reason": "Cancelling",
          "startTime": "2027-01-15T08:00:00Z",
          "tasks": {
            "a": {
              "attempt": 1,
              "completionTime": "2027-01-15T08:00:01Z",
              "outputs": {
                "stdout": "one"
              },
              "phase": "Completed",
              "startTime": "2027-01-15T08:00:00Z"
            },
            "b": {
              "attempt": 1,
              "phase": "Running",
              "startTime": "2027-01-15T08:00:01Z"
            },
            "c": {
              "phase": "Pending"
            },
            "d": {
              "phase": "Pending"
            }
          }
        }
        """#

    /// Ended, with a failure and a skip behind it.
    static let completed = #"""
        {
          "checkpoint": {
            "sequence": 6
          },
          "completionTime": "2027-01-15T08:00:09Z",
          "inputs": {
            "who": "you"
          },
          "message": "1 task failed; 'b': ClientError: 404",
          "outputs": {
            "said": "one"
          },
          "phase": "Completed",
          "progress": "4/4",
          "reason": "CompletedWithFailures",
          "startTime": "2027-01-15T08:00:00Z",
          "tasks": {
            "a": {
              "attempt": 1,
              "completionTime": "2027-01-15T08:00:01Z",
              "outputs": {
                "stdout": "one"
              },
              "phase": "Completed",
              "startTime": "2027-01-15T08:00:00Z"
            },
            "b": {
              "attempt": 1,
              "completionTime": "2027-01-15T08:00:05Z",
              "error": {
                "message": "404",
                "type": "ClientError"
              },
              "phase": "Failed",
              "startTime": "2027-01-15T08:00:01Z"
            },
            "c": {
              "message": "task 'b' has no outputs: it failed",
              "phase": "Skipped",
              "reason": "MissingOutput"
            },
            "d": {
              "attempt": 1,
              "completionTime": "2027-01-15T08:00:09Z",
              "outputs": {
                "empty": {
                  "$json": "{\"x\":null}"
                }
              },
              "phase": "Completed",
              "startTime": "2027-01-15T08:00:05Z"
            }
          }
        }
        """#
}
