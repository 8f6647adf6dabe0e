import Values

extension CanonicalObject {
    /// Adds a retry policy that is written with the names of any dialect; a number alone is that of
    /// the attempts.
    mutating func setRetryPolicy(_ field: SourceFields.Field?, _ translation: inout Translation) {
        guard let field else { return }
        translation.map.note(path.key("retryPolicy"), from: field.path)
        if field.value.integerValue != nil {
            put("retryPolicy", ["maxAttempts": field.value])
            translation.map.note(path.key("retryPolicy").key("maxAttempts"), from: field.path)
            return
        }
        guard field.value.objectValue != nil else {
            put("retryPolicy", field.value)
            return
        }
        var fields = SourceFields(field.value, at: field.path)
        var policy = CanonicalObject(at: path.key("retryPolicy"))
        policy.copy(
            "maxAttempts", fields.take("maxAttempts", "max_attempts", "attempts"), &translation)
        policy.setDuration(
            "initialInterval", milliseconds: fields.take("initial_delay_ms"),
            text: fields.take(
                "initialInterval", "initial_interval", "initial_delay", "initialDelay", "delay"),
            &translation)
        policy.setDuration(
            "maxInterval", milliseconds: fields.take("max_delay_ms"),
            text: fields.take("maxInterval", "max_interval", "max_delay", "maxDelay"), &translation)
        policy.copy(
            "backoffMultiplier",
            fields.take("backoffMultiplier", "backoff_multiplier", "multiplier"), &translation)
        policy.copy("jitter", fields.take("jitter"), &translation)
        let errors = fields.take("retryableErrors", "retryable_errors", "retry_on")
        // An empty list is a program's way to say nothing; here it would retry nothing.
        if errors?.value.arrayValue?.isEmpty != true {
            policy.copy("retryableErrors", errors, &translation)
        }
        policy.copy("retryIf", fields.take("retryIf", "retry_if"), &translation)
        policy.copy("perError", fields.take("perError", "per_error"), &translation)
        translation.refuseRest(of: &fields, in: "a retry policy")
        put("retryPolicy", policy.json)
    }

    /// Adds a duration from whichever of two fields is there.
    mutating func setDuration(
        _ name: String, milliseconds: SourceFields.Field?, text: SourceFields.Field?,
        _ translation: inout Translation
    ) {
        if let milliseconds {
            set(
                name, DurationFields.milliseconds(milliseconds.value), from: milliseconds.path,
                &translation)
        } else if let text {
            set(name, DurationFields.text(text.value), from: text.path, &translation)
        }
    }
}
