import Features
import SwiftUI

/// Draws a screen in whichever state it is: loading, empty, with content and a notice above it, or failed with a way to try again.
///
///     ScreenStateView(model.screen, retry: model.refresh) { value in
///       List { … }
///     } empty: {
///       EmptyState("No goals yet", symbol: "target", message: "What would you like to reach?") { Button("New goal") { … } }
///     }
public struct ScreenStateView<Value: Sendable & Equatable, Content: View, Empty: View>: View {
  private let screen: Screen<Value>
  private let retry: @MainActor () async -> Void
  private let content: (Value) -> Content
  private let empty: () -> Empty

  public init(
    _ screen: Screen<Value>, retry: @escaping @MainActor () async -> Void, @ViewBuilder content: @escaping (Value) -> Content,
    @ViewBuilder empty: @escaping () -> Empty
  ) {
    self.screen = screen
    self.retry = retry
    self.content = content
    self.empty = empty
  }

  public var body: some View {
    switch screen {
    case .loading: ProgressView("Loading…").frame(maxWidth: .infinity, maxHeight: .infinity)
    case .empty: empty()
    case .content(let value, let notice):
      content(value).safeAreaInset(edge: .top, spacing: 0) { if let notice { NoticeBanner(notice) } }
    case .failed(let problem): ProblemView(problem, retry: retry)
    }
  }
}

extension ScreenStateView where Empty == EmptyState<EmptyView> {
  /// For what is never empty, or has nothing to say when it is.
  public init(
    _ screen: Screen<Value>, retry: @escaping @MainActor () async -> Void, @ViewBuilder content: @escaping (Value) -> Content
  ) {
    self.init(screen, retry: retry, content: content) { EmptyState("Nothing here yet", symbol: "tray") }
  }
}

/// What stands where there is nothing yet, and what to do first.
public struct EmptyState<Actions: View>: View {
  private let title: LocalizedStringKey
  private let symbol: String
  private let message: LocalizedStringKey?
  private let actions: Actions

  /// - Parameter symbol: the name of an SF Symbol.
  public init(_ title: LocalizedStringKey, symbol: String, message: LocalizedStringKey? = nil, @ViewBuilder actions: () -> Actions) {
    self.title = title
    self.symbol = symbol
    self.message = message
    self.actions = actions()
  }

  public var body: some View {
    ContentUnavailableView {
      Label(title, systemImage: symbol)
    } description: {
      if let message { Text(message) }
    } actions: {
      actions
    }
  }
}

extension EmptyState where Actions == EmptyView {
  public init(_ title: LocalizedStringKey, symbol: String, message: LocalizedStringKey? = nil) {
    self.init(title, symbol: symbol, message: message) { EmptyView() }
  }
}
