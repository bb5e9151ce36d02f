import Features
import SwiftUI

/// What stands above content that is not all there is, or not of now.
public struct NoticeBanner: View {
  /// The same as `Screen.Notice`, for whichever value.
  public enum Kind: Equatable, Sendable {
    case offline(since: Date)
    case stale(since: Date, Problem)
    case partial
  }

  private let kind: Kind

  public init(_ kind: Kind) { self.kind = kind }

  public init<Value>(_ notice: Screen<Value>.Notice) {
    kind =
      switch notice {
      case .offline(let since): .offline(since: since)
      case .stale(let since, let problem): .stale(since: since, problem)
      case .partial: .partial
      }
  }

  public var body: some View {
    HStack(alignment: .firstTextBaseline, spacing: Spacing.small) {
      Image(systemName: symbol).accessibilityHidden(true)
      text.fixedSize(horizontal: false, vertical: true)
      Spacer(minLength: 0)
    }
    .font(Typography.detail)
    .foregroundStyle(isPressing ? Palette.warning : Palette.secondary)
    .padding(.horizontal, Spacing.medium)
    .padding(.vertical, Spacing.small)
    .background(Palette.inset)
    .accessibilityElement(children: .combine)
  }

  private var isPressing: Bool {
    switch kind {
    case .stale(_, .busy), .offline: false
    default: true
    }
  }

  private var symbol: String {
    switch kind {
    case .offline: Problem.offline.symbol
    case .stale(_, .busy): "clock.arrow.circlepath"
    case .stale(_, let problem): problem.symbol
    case .partial: "puzzlepiece"
    }
  }

  private var text: Text {
    switch kind {
    case .offline(let since): Text("Offline. This was so \(Self.ago(since)).")
    case .stale(let since, .busy): Text("This was so \(Self.ago(since)).")
    case .stale(let since, let problem): problem.sentence + Text(verbatim: " ") + Text("This was so \(Self.ago(since)).")
    case .partial: Text("A part of Jarvis is away: some things are missing here.")
    }
  }

  private static func ago(_ since: Date) -> String { since.formatted(.relative(presentation: .named)) }
}
