import Design
import Features
import Models
import SwiftUI

/// The assistant's settings: who answers, what may be sent to whom, what it remembers, what it may do without asking, and what it costs.
public struct AssistantView: View {
  @State private var model: AssistantModel
  @State private var consent: AiConsentModel
  @Environment(\.dismiss) private var dismiss
  private let account: Account

  public init(_ account: Account) {
    self.account = account
    _model = State(initialValue: account.parts.assistant())
    _consent = State(initialValue: account.parts.aiConsent())
  }

  public var body: some View {
    ScreenStateView(model.list.screen, retry: { await model.list.refresh() }) { value in
      Form {
        answering(value)
        Section {
          NavigationLink("What the assistant may see") { AiConsentView(consent) }
          NavigationLink("What it remembers") { MemoriesView(account) }
          NavigationLink("What was sent to whom") { AiLedgerView(account) }
        }
        tools
        if let budget = value.viewer?.aiBudget { cost(budget) }
      }
      .formStyle(.grouped)
      .refreshable { await model.list.refresh() }
    }
    .navigationTitle("The assistant")
    .toolbar { ToolbarItem(placement: .confirmationAction) { Button("Done") { dismiss() } } }
    .task { await model.list.open() }
    .problemAlert(model.work)
  }

  private func answering(_ value: AssistantValue) -> some View {
    Section {
      Picker("Who answers", selection: Binding(get: { model.settings?.provider }, set: { name in Task { await model.choose(name) } })) {
        Text("Whoever may").tag(String?.none)
        ForEach(value.providers.filter(\.mayAnswer)) { provider in
          if provider.isLocal {
            Text("Jarvis itself").tag(String?.some(provider.name))
          } else {
            Text(verbatim: "\(provider.name) · \(provider.model)").tag(String?.some(provider.name))
          }
        }
      }
      Toggle(
        "Look for fitting notes, messages and research",
        isOn: Binding(get: { model.settings?.retrieval ?? true }, set: { on in Task { await model.setRetrieval(on) } }))
    } footer: {
      if let answering = value.answering {
        if answering.isLocal {
          Text("Jarvis itself answers now. Nothing leaves your server.")
        } else {
          Text("\(answering.name) answers now.")
        }
      }
    }
    .disabled(model.settings == nil)
  }

  private var tools: some View {
    Section {
      ForEach(WritingTool.allCases, id: \.self) { tool in
        Toggle(isOn: allows(tool.rawValue)) { tool.title }
      }
      ForEach(model.unknownTools, id: \.self) { tool in
        Toggle(isOn: allows(tool)) { Text(verbatim: tool) }
      }
    } header: {
      Text("May do without asking")
    } footer: {
      Text("After the assistant has read text by others, it asks all the same.")
    }
    .disabled(model.settings == nil || model.work.subjects.contains(ObjectID("tools")))
  }

  private func allows(_ tool: String) -> Binding<Bool> {
    Binding {
      model.settings?.allowedTools.contains(tool) ?? false
    } set: { on in
      Task { await model.setAllowed(tool, on) }
    }
  }

  private func cost(_ budget: AiBudget) -> some View {
    Section("Today") {
      let spent = budget.spent.approximation.formatted(.currency(code: "USD"))
      let limit = budget.limit.approximation.formatted(.currency(code: "USD"))
      VStack(alignment: .leading, spacing: Spacing.tight) {
        ProgressView(value: budget.usedPart).tint(budget.usedPart < 0.8 ? Palette.accent : Palette.warning).accessibilityHidden(true)
        Text("\(spent) of \(limit)").font(Typography.body)
        Text("\(budget.inputTokens.formatted()) tokens sent, \(budget.outputTokens.formatted()) received")
          .font(Typography.caption).foregroundStyle(Palette.secondary)
      }
      .accessibilityElement(children: .combine)
    }
  }
}

/// Every call to a language model.
struct AiLedgerView: View {
  @State private var model: QueryModel<AiLedgerValue>

  init(_ account: Account) { _model = State(initialValue: account.parts.aiLedger()) }

  var body: some View {
    ScreenStateView(model.screen, retry: { await model.refresh() }) { value in
      List {
        ForEach(value.calls) { AiCallLine(call: $0) }
        MoreRow(model: model)
      }
      .refreshable { await model.refresh() }
    } empty: {
      EmptyState("Nothing was sent yet", symbol: "list.bullet.rectangle", message: "Each call to a language model is listed here.")
    }
    .navigationTitle("What was sent to whom")
    .task { await model.open() }
  }
}

struct AiCallLine: View {
  let call: AiCall

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.tight) {
      HStack(alignment: .firstTextBaseline) {
        call.purpose.title.font(Typography.body).foregroundStyle(Palette.primary)
        Spacer(minLength: Spacing.small)
        Text(verbatim: call.cost.approximation.formatted(.currency(code: "USD").precision(.fractionLength(2...4)))).font(Typography.number)
      }
      Text(verbatim: "\(call.provider) · \(call.model)").font(Typography.detail).foregroundStyle(Palette.secondary)
      HStack(spacing: Spacing.tight) {
        ForEach(call.dataClasses.indices, id: \.self) { place in Badge(call.dataClasses[place].title) }
      }
      if call.estimated {
        Text("About \(call.inputTokens.formatted()) tokens sent, \(call.outputTokens.formatted()) received").font(Typography.caption)
      } else {
        Text("\(call.inputTokens.formatted()) tokens sent, \(call.outputTokens.formatted()) received").font(Typography.caption)
      }
      if let words = call.outcome.words { words.font(Typography.caption).foregroundStyle(Palette.warning) }
      Text(verbatim: call.startedAt.formatted(date: .abbreviated, time: .shortened))
        .font(Typography.caption).foregroundStyle(Palette.secondary)
    }
    .accessibilityElement(children: .combine)
  }
}

/// How a reply came about: what the model was given, what was left out, what it cost.
struct ReplyDetailView: View {
  @State private var model: QueryModel<ReplyDetailValue>
  @Environment(\.dismiss) private var dismiss

  init(_ account: Account, message: ObjectID) { _model = State(initialValue: account.parts.replyDetail(message)) }

  var body: some View {
    ScreenStateView(model.screen, retry: { await model.refresh() }) { value in
      List {
        if let node = value.node {
          Section("What the assistant was given") {
            let items = node.context ?? []
            ForEach(items.indices, id: \.self) { place in item(items[place]) }
            if items.isEmpty { Text("Nothing is known about that.").foregroundStyle(Palette.secondary) }
          }
          Section("What was sent to whom") {
            ForEach(node.aiCalls ?? []) { AiCallLine(call: $0) }
            if node.aiCalls?.isEmpty ?? true { Text("No language model was asked.").foregroundStyle(Palette.secondary) }
          }
        } else {
          Text("This message is gone.").foregroundStyle(Palette.secondary)
        }
      }
    }
    .navigationTitle("How this came about")
    .toolbar { ToolbarItem(placement: .confirmationAction) { Button("Done") { dismiss() } } }
    .task { await model.open() }
  }

  private func item(_ item: ReplyDetailValue.Item) -> some View {
    VStack(alignment: .leading, spacing: Spacing.tight) {
      item.kind.title.font(Typography.caption).foregroundStyle(Palette.secondary)
      Text(verbatim: item.label).font(Typography.body).foregroundStyle(item.omitted == nil ? Palette.primary : Palette.secondary)
      if let omitted = item.omitted {
        omitted.words.font(Typography.caption).foregroundStyle(Palette.warning)
      } else {
        Text("About \(item.tokens.formatted()) tokens").font(Typography.caption).foregroundStyle(Palette.secondary)
      }
    }
    .accessibilityElement(children: .combine)
  }
}
