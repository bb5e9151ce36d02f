import AppIntents

/// What Siri and Spotlight offer without being set up. The German sentences are in the catalogue of shortcuts.
struct JarvisShortcuts: AppShortcutsProvider {
  static let shortcutTileColor = ShortcutTileColor.navy

  static var appShortcuts: [AppShortcut] {
    AppShortcut(
      intent: LogProgressIntent(),
      phrases: [
        "Log progress in \(.applicationName)", "Log \(\.$goal) in \(.applicationName)", "Add to \(\.$goal) with \(.applicationName)",
      ],
      shortTitle: "Log progress", systemImageName: "plus.circle")
    AppShortcut(
      intent: NextStepIntent(),
      phrases: ["What is next in \(.applicationName)", "Ask \(.applicationName) for my next step", "What is due in \(.applicationName)"],
      shortTitle: "Next step", systemImageName: "arrow.forward.circle")
    AppShortcut(
      intent: AskJarvisIntent(), phrases: ["Ask \(.applicationName)", "Ask \(.applicationName) a question"], shortTitle: "Ask Jarvis",
      systemImageName: "bubble.left")
    AppShortcut(
      intent: SkipDayIntent(), phrases: ["Skip a goal in \(.applicationName)", "Skip \(\.$goal) in \(.applicationName)"],
      shortTitle: "Skip today", systemImageName: "forward.circle")
    AppShortcut(
      intent: OpenPlaceIntent(), phrases: ["Open \(\.$place) in \(.applicationName)"], shortTitle: "Open",
      systemImageName: "square.grid.2x2")
  }
}
