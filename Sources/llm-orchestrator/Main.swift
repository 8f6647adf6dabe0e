@main
enum Main {
    static func main() async {
        print("llm-orchestrator")
    }
}
