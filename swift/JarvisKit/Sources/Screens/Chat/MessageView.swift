import Design
import Features
import Models
import SwiftUI

/// A message: what was said, what the assistant did, how it ended, and which of several versions it is.
struct MessageView: View {
  let message: Message
  let chat: ChatModel
  let isLast: Bool
  let actions: MessageActions

  var body: some View {
    VStack(alignment: message.role == .user ? .trailing : .leading, spacing: Spacing.small) {
      if message.role == .user { said } else { reply }
      if let branch = message.branch { versions(branch.number, branch.count) }
    }
    .frame(maxWidth: .infinity, alignment: message.role == .user ? .trailing : .leading)
    .contextMenu { menu }
  }

  private var said: some View {
    VStack(alignment: .leading, spacing: Spacing.tight) {
      if message.origin == .imported { Badge(Text("Imported"), symbol: "square.and.arrow.down") }
      MarkdownView(text: message.content)
    }
    .foregroundStyle(Palette.onAccent)
    .padding(.horizontal, Spacing.medium)
    .padding(.vertical, Spacing.small)
    .background(Palette.accent, in: RoundedRectangle(cornerRadius: Spacing.medium, style: .continuous))
    .padding(.leading, Spacing.large)
    .accessibilityElement(children: .combine)
    .accessibilityLabel(Text("You: \(message.content)"))
  }

  private var reply: some View {
    VStack(alignment: .leading, spacing: Spacing.small) {
      if message.role == .system { Badge(Text("Instruction"), symbol: "gearshape") }
      if message.origin == .imported { Badge(Text("Imported"), symbol: "square.and.arrow.down") }
      ForEach(message.toolCalls) { ToolCallCard(call: $0, chat: chat) }
      if !message.content.isEmpty { MarkdownView(text: message.content).foregroundStyle(Palette.primary) }
      state
    }
    .card()
  }

  @ViewBuilder private var state: some View {
    switch message.status {
    case .pending, .streaming:
      HStack(spacing: Spacing.small) {
        ProgressView()
        if isLast && chat.isReconnecting { Text("Reconnecting…") } else { Text("Jarvis is writing…") }
      }
      .font(Typography.caption)
      .foregroundStyle(Palette.secondary)
      .accessibilityElement(children: .combine)
      if isLast, let problem = chat.replyProblem { unfollowed(problem) }
    case .waiting:
      if isLast, let problem = chat.replyProblem { unfollowed(problem) }
    case .stopped: Text("Stopped").font(Typography.caption).foregroundStyle(Palette.secondary)
    case .failed:
      (message.endedBecause?.words ?? Text("The answer did not come to its end."))
        .font(Typography.detail).foregroundStyle(Palette.bad)
      Button("Ask again", systemImage: "arrow.clockwise") { Task { await chat.regenerate(message.id) } }
        .buttonStyle(.bordered).touchTarget()
        .disabled(chat.work.subjects.contains(message.id) || chat.isWriting)
    case .complete:
      if let words = message.endedBecause?.words { words.font(Typography.detail).foregroundStyle(Palette.warning) }
    case .unknown: EmptyView()
    }
  }

  private func unfollowed(_ problem: Problem) -> some View {
    HStack(spacing: Spacing.small) {
      Image(systemName: problem.symbol).foregroundStyle(Palette.warning).accessibilityHidden(true)
      problem.sentence.font(Typography.detail).foregroundStyle(Palette.secondary)
      Spacer(minLength: 0)
      Button("Try again") { Task { await chat.resume() } }.touchTarget()
    }
  }

  private func versions(_ number: Int, _ count: Int) -> some View {
    HStack(spacing: Spacing.tight) {
      Button("Earlier version", systemImage: "chevron.left") { show(-1) }
        .labelStyle(.iconOnly).touchTarget().disabled(message.sibling(-1) == nil)
      Text("\(number.formatted()) of \(count.formatted())").font(Typography.caption.monospacedDigit()).foregroundStyle(Palette.secondary)
        .accessibilityLabel(Text("Version \(number.formatted()) of \(count.formatted())"))
      Button("Later version", systemImage: "chevron.right") { show(1) }
        .labelStyle(.iconOnly).touchTarget().disabled(message.sibling(1) == nil)
    }
    .buttonStyle(.plain)
    .disabled(chat.isWriting)
  }

  private func show(_ offset: Int) {
    if let version = message.sibling(offset) { Task { await chat.show(version) } }
  }

  @ViewBuilder private var menu: some View {
    if !message.content.isEmpty { ShareLink(item: message.content) }
    if message.role == .user {
      Button("Say it differently", systemImage: "pencil") { chat.edit(message) }.disabled(chat.outgoing != nil)
    }
    if !message.isOpen, message.role != .system {
      Button("Answer again", systemImage: "arrow.clockwise") { Task { await chat.regenerate(message.id) } }.disabled(chat.isWriting)
      Button("Fork from here", systemImage: "arrow.triangle.branch") { actions.fork(message.id) }
    }
    if message.role == .assistant, message.origin == .generated {
      Button("How this came about", systemImage: "info.circle") { actions.explain(message.id) }
    }
  }
}

/// What a message leads to elsewhere.
struct MessageActions {
  let fork: (ObjectID) -> Void
  let explain: (ObjectID) -> Void
}

/// What the person said and the server has not taken yet.
struct OutgoingView: View {
  let outgoing: Outgoing
  let chat: ChatModel

  var body: some View {
    VStack(alignment: .trailing, spacing: Spacing.tight) {
      Text(verbatim: outgoing.content)
        .foregroundStyle(Palette.primary)
        .padding(.horizontal, Spacing.medium)
        .padding(.vertical, Spacing.small)
        .background(Palette.inset, in: RoundedRectangle(cornerRadius: Spacing.medium, style: .continuous))
        .padding(.leading, Spacing.large)
      switch chat.delivery {
      case .sending: Text("Sending…").font(Typography.caption).foregroundStyle(Palette.secondary)
      case .failed(.offline):
        words(Text("Not sent yet: you are offline. It is sent once you are back."))
        buttons
      case .failed(let problem):
        words(problem.sentence)
        buttons
      case .inTheWay(let sentence):
        words(Text(verbatim: sentence))
        Button("Stop that answer and send") { Task { await chat.sendAgain(interrupting: true) } }.buttonStyle(.bordered).touchTarget()
        buttons
      }
    }
    .frame(maxWidth: .infinity, alignment: .trailing)
    .accessibilityElement(children: .contain)
  }

  private func words(_ text: Text) -> some View {
    text.font(Typography.caption).foregroundStyle(Palette.warning).multilineTextAlignment(.trailing)
  }

  private var buttons: some View {
    HStack(spacing: Spacing.small) {
      Button("Take back") { Task { await chat.takeBack() } }.touchTarget()
      Button("Send again") { Task { await chat.sendAgain() } }.touchTarget()
    }
  }
}
