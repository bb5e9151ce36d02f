import Design
import Features
import SwiftUI

/// Addresses of programs that are told of the person's events.
struct WebhooksScreen: View {
  @State private var model: WebhooksModel

  init(_ account: Account) { _model = State(initialValue: account.parts.webhooks()) }

  var body: some View {
    ScreenStateView(model.query.screen, retry: model.query.refresh) { _ in
      List {
        ForEach(model.webhooks) { webhook in
          NavigationLink {
            WebhookScreen(webhook: webhook, model: model)
          } label: {
            row(webhook)
          }
        }
        MoreRow(model: model.query)
      }
      .refreshable { await model.query.refresh() }
    } empty: {
      EmptyState(
        "No webhooks", symbol: "antenna.radiowaves.left.and.right",
        message: "Programs register them with an API key, to be told of what happens.")
    }
    .navigationTitle("Webhooks")
    .task { await model.query.open() }
  }

  private func row(_ webhook: Webhook) -> some View {
    VStack(alignment: .leading, spacing: Spacing.tight) {
      Text(verbatim: webhook.description ?? webhook.url.host ?? webhook.url.absoluteString)
      Text(verbatim: webhook.subscriptionField).font(Typography.caption).monospaced().foregroundStyle(Palette.secondary)
      if !webhook.active {
        Badge(Text("Off"), symbol: "pause")
      } else if webhook.failingSince != nil {
        Badge(Text("Does not get through"), symbol: "exclamationmark.triangle", tint: Palette.warning)
      }
    }
    .accessibilityElement(children: .combine)
  }
}

private struct WebhookScreen: View {
  private let given: Webhook
  private let model: WebhooksModel
  @State private var deliveries: QueryModel<WebhookDeliveriesValue>
  @State private var isEnding = false
  @Environment(\.dismiss) private var dismiss

  init(webhook: Webhook, model: WebhooksModel) {
    given = webhook
    self.model = model
    _deliveries = State(initialValue: model.deliveries(of: webhook))
  }

  private var webhook: Webhook { model.webhooks.first { $0.id == given.id } ?? given }

  var body: some View {
    List {
      Section {
        Text(verbatim: webhook.url.absoluteString).monospaced().textSelection(.enabled)
        Toggle("Active", isOn: Binding(get: { webhook.active }, set: { on in Task { await model.setActive(webhook, on) } }))
        if let reason = webhook.disabledReason { Text(verbatim: reason).font(Typography.caption).foregroundStyle(Palette.warning) }
        Button("Send a Test", systemImage: "paperplane") { Task { if await model.ping(webhook) { await deliveries.refresh() } } }
          .disabled(model.work.subjects.contains(webhook.id))
        Button("Delete", systemImage: "trash", role: .destructive) { isEnding = true }
      }
      Section("Last 30 Days") {
        LabeledContent("Taken") { Text(verbatim: webhook.deliveryCounts.succeeded.formatted()) }
        LabeledContent("Waiting") { Text(verbatim: webhook.deliveryCounts.waiting.formatted()) }
        LabeledContent("Given Up") { Text(verbatim: webhook.deliveryCounts.failed.formatted()) }
      }
      Section("Deliveries") {
        switch deliveries.screen {
        case .loading: ProgressView("Loading…")
        case .empty: Text("Nothing yet").foregroundStyle(Palette.secondary)
        case .failed(let problem): problem.sentence.foregroundStyle(Palette.secondary)
        case .content(let value, _):
          ForEach(value.node?.deliveries?.nodes ?? []) { delivery in DeliveryRow(delivery: delivery) }
          MoreRow(model: deliveries)
        }
      }
    }
    .navigationTitle("Webhook")
    .refreshable { await deliveries.refresh() }
    .confirmationDialog("Delete this webhook?", isPresented: $isEnding, titleVisibility: .visible) {
      Button("Delete", role: .destructive) { Task { if await model.delete(webhook) { dismiss() } } }
    } message: {
      Text("The program behind it is not told of anything any more.")
    }
    .problemAlert(model.work)
    .task { await deliveries.open() }
  }
}

private struct DeliveryRow: View {
  let delivery: WebhookDelivery

  var body: some View {
    DisclosureGroup {
      ForEach(delivery.attemptLog ?? []) { attempt in
        VStack(alignment: .leading, spacing: Spacing.tight) {
          Text(verbatim: attempt.at.formatted(date: .abbreviated, time: .standard))
          if let status = attempt.status { Text(verbatim: "\(status), \(attempt.milliseconds) ms") }
          if let problem = attempt.problem { Text(verbatim: problem).foregroundStyle(Palette.warning) }
        }
        .font(Typography.caption)
        .accessibilityElement(children: .combine)
      }
    } label: {
      HStack(spacing: Spacing.small) {
        Image(systemName: delivery.state.symbol).foregroundStyle(delivery.state.tint).accessibilityHidden(true)
        VStack(alignment: .leading, spacing: Spacing.tight) {
          Text(verbatim: delivery.eventType).monospaced()
          delivery.state.title.font(Typography.caption)
          if let outcome = delivery.outcome { Text(verbatim: outcome).font(Typography.caption).foregroundStyle(Palette.secondary) }
          Text(verbatim: delivery.eventAt.formatted(date: .abbreviated, time: .shortened))
            .font(Typography.caption).foregroundStyle(Palette.secondary)
        }
      }
      .accessibilityElement(children: .combine)
    }
  }
}

extension WebhookDelivery.State {
  var title: Text {
    switch self {
    case .pending: Text("Waiting")
    case .sending: Text("Being sent")
    case .succeeded: Text("Taken")
    case .failed: Text("Given Up")
    case .discarded: Text("Not wanted any more")
    case .unknown: Text("Something else")
    }
  }

  var symbol: String {
    switch self {
    case .pending, .sending: "clock"
    case .succeeded: "checkmark.circle"
    case .failed: "exclamationmark.triangle"
    case .discarded, .unknown: "minus.circle"
    }
  }

  var tint: Color {
    switch self {
    case .succeeded: Palette.good
    case .failed: Palette.bad
    default: Palette.secondary
    }
  }
}
