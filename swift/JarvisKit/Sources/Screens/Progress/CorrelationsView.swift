import Design
import Features
import Models
import SwiftUI

/// Which goals' days go together. It says so in plain words, and says as plainly what it does not mean.
struct CorrelationsView: View {
  @State private var model: QueryModel<CorrelationsValue>
  @Environment(Router.self) private var router

  init(_ account: Account) { _model = State(initialValue: account.parts.correlations()) }

  var body: some View {
    ScreenStateView(model.screen, retry: { await model.refresh() }) { value in
      List {
        Section {
          ForEach(value.clear) { CorrelationRow(pair: $0) }
        } footer: {
          Text("From the last 90 days. Things that go together need not cause each other.")
        }
      }
    } empty: {
      EmptyState(
        "Nothing goes together clearly", symbol: "link",
        message: "Jarvis compares the days of your goals. It takes a few weeks of entries for two or more goals.")
    }
    .task { await model.open() }
    .refreshable { await model.refresh() }
    .onChange(of: router.refreshRequestCount) { Task { await model.refresh() } }
  }
}

struct CorrelationRow: View {
  let pair: CorrelationsValue.Pair

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.small) {
      HStack(alignment: .firstTextBaseline, spacing: Spacing.small) {
        Image(systemName: pair.r > 0 ? "arrow.up.arrow.down" : "arrow.left.arrow.right").foregroundStyle(Palette.accent)
          .accessibilityHidden(true)
        sentence.font(Typography.body).foregroundStyle(Palette.primary)
      }
      if pair.lag != 0 { delay.font(Typography.detail).foregroundStyle(Palette.secondary) }
      HStack(spacing: Spacing.small) {
        Badge(pair.effect.text)
        Text("r \(pair.r.formatted(.number.precision(.fractionLength(2)))), \(pair.n.formatted()) days in common")
          .font(Typography.caption).foregroundStyle(Palette.secondary)
      }
    }
    .padding(.vertical, Spacing.tight)
    .accessibilityElement(children: .combine)
  }

  private var a: String { pair.a.title ?? "" }
  private var b: String { pair.b.title ?? "" }

  private var sentence: Text {
    pair.r > 0 ? Text("More “\(a)” goes with more “\(b)”.") : Text("More “\(a)” goes with less “\(b)”.")
  }

  private var delay: Text {
    let dayCount = abs(pair.lag)
    let first = pair.lag > 0 ? a : b
    return Text("“\(first)” comes first.") + Text(verbatim: " ") + Text("\(dayCount) days lie between.")
  }
}

extension EffectSize {
  var text: Text {
    switch self {
    case .strong: Text("Strong")
    case .moderate: Text("Moderate")
    case .weak, .none, .unknown: Text("Weak")
    }
  }
}
