/// How the parts of a picture look: colours by class, in light and dark surroundings.
enum SVGStyle {
    /// What the colours of a role are: of lines and signs, and of the inside of boxes.
    private struct Colours {
        let name: String
        let light: (line: String, fill: String)
        let dark: (line: String, fill: String)
    }

    private static let roles = [
        Colours(name: "good", light: ("#1a7f37", "#e6f6ea"), dark: ("#3fb950", "#12261e")),
        Colours(name: "bad", light: ("#d1242f", "#ffecea"), dark: ("#f85149", "#2a1618")),
        Colours(name: "active", light: ("#0969da", "#e3f2ff"), dark: ("#4493f8", "#121d2f")),
        Colours(name: "attention", light: ("#9a6700", "#fff6d5"), dark: ("#d29922", "#272115")),
        Colours(name: "quiet", light: ("#818b98", "#f6f8fa"), dark: ("#767e89", "#161b22")),
        Colours(name: "plain", light: ("#c3cad2", "#ffffff"), dark: ("#3d444d", "#161b22")),
    ]

    /// The class of a role.
    static func name(of role: Style.Role) -> String {
        switch role {
        case .good: "good"
        case .bad: "bad"
        case .active: "active"
        case .attention: "attention"
        case .quiet, .strong: "quiet"
        }
    }

    /// The style sheet.
    static let sheet: String = {
        let fixed = """

            text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
            .title{font-size:16px;font-weight:600}
            .name{font-size:13px;font-weight:600}
            .groupname{font-size:12px;font-weight:600}
            .caption{font-size:11px;font-weight:400}
            .task{stroke-width:1.25}
            .group{stroke-width:1.25}
            .line{fill:none;stroke-width:1.5}
            .head{stroke:none}
            .accent{stroke-width:3;stroke-linecap:round;fill:none}
            .conditional{stroke-dasharray:5 3}
            .sign path{fill:none;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}

            """
        return fixed + colours(isDark: false) + "@media(prefers-color-scheme:dark){\n"
            + colours(isDark: true) + "}\n"
    }()

    private static func colours(isDark: Bool) -> String {
        let (page, text, muted, group, edge, accent) =
            isDark
            ? ("#0d1117", "#e6edf3", "#9198a1", "#ffffff", "#7d8590", "#8b7cf6")
            : ("#ffffff", "#1f2328", "#59636e", "#0b2a4a", "#818b98", "#6e5bd6")
        let failure = isDark ? "#f85149" : "#d1242f"
        var sheet = """
            .page{fill:\(page)}
            .title,.name,.groupname{fill:\(text)}
            .caption{fill:\(muted)}
            .line{stroke:\(edge)}
            .head{fill:\(edge)}
            .line.onfailure{stroke:\(failure)}
            .head.onfailure{fill:\(failure)}
            .accent{stroke:\(accent)}
            .sign path{stroke:\(page)}

            """
        for role in roles {
            let (line, fill) = isDark ? role.dark : role.light
            sheet += ".task.\(role.name){fill:\(fill);stroke:\(line)}\n"
            sheet += ".group.\(role.name){fill:\(group);fill-opacity:.035;stroke:\(line)}\n"
            sheet += ".sign.\(role.name) circle{fill:\(line)}\n"
        }
        return sheet
    }

    /// The sign of a phase: a disc with a mark in it, so that colour is not all that tells.
    static func sign(_ phase: String, x: Double, y: Double) -> String {
        let mark =
            switch phase {
            case "Completed": "M-3.4 .2L-1 2.6L3.6-2.4"
            case "Failed": "M-2.7-2.7L2.7 2.7M2.7-2.7L-2.7 2.7"
            case "TimedOut": "M0-3.4V.4L2.4 2"
            case "Running", "Launching": "M-1.8-3L3 0L-1.8 3Z"
            case "Retrying": "M2.9-1.6A3.3 3.3 0 1 0 3.2 1.2M3.2-3.6V-1.3H.9"
            case "Paused", "Waiting", "WaitingApproval": "M-1.7-2.8V2.8M1.7-2.8V2.8"
            case "Skipped": "M-3 0H3M.8-2.4L3.2 0L.8 2.4"
            case "Cancelled": "M-2.2-2.2H2.2V2.2H-2.2Z"
            case "InDoubt": "M-1.9-1.6A1.9 1.9 0 1 1 0 .6V1.4M0 3.4V3.5"
            case "Pending", "Ready", "": "M-2.6 0H-2.5M0 0H.1M2.6 0H2.7"
            default: "M-2.6 0H-2.5M0 0H.1M2.6 0H2.7"
            }
        let role = name(of: PhaseSymbol(phase).role)
        return "<g class=\"sign \(role)\" transform=\"translate(\(SVGText.number(x)) "
            + "\(SVGText.number(y)))\"><circle r=\"7.5\"/><path d=\"\(mark)\"/></g>"
    }
}
