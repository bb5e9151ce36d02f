#if canImport(ActivityKit) && !os(macOS)
  import ActivityKit
  import Features

  /// What the app and its widgets share of a Live Activity for a run of research.
  public struct ResearchActivityAttributes: ActivityAttributes, Sendable {
    public typealias ContentState = ResearchActivityState

    public let activity: ResearchActivity

    public init(_ activity: ResearchActivity) { self.activity = activity }
  }
#endif
