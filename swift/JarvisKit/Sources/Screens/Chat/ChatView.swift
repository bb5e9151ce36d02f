import Design
import Features
import Models
import SwiftUI

/// A conversation with the assistant.
public struct ChatView: View {
  private struct Explained: Identifiable { let id: ObjectID }

  @State private var chat: ChatModel
  @State private var spoken = SpokenReply()
  @State private var explained: Explained?
  @State private var isRenaming = false
  @State private var title = ""
  @Environment(Router.self) private var router
  private let account: Account

  /// - Parameters:
  ///   - conversation: nil for a new one, which begins with the first message.
  ///   - about: goals, life areas and research results that a new one is about.
  public init(_ account: Account, conversation: ObjectID? = nil, about: [ObjectID] = []) {
    self.account = account
    _chat = State(initialValue: account.parts.chat(conversation, about: about))
  }

  public var body: some View {
    content
      .cardGround()
      .navigationTitle(Text(verbatim: chat.conversation?.title ?? ""))
      .safeAreaInset(edge: .top, spacing: 0) { if case .content(_, let notice?) = chat.screen { NoticeBanner(notice) } }
      .safeAreaInset(edge: .bottom, spacing: 0) { if !chat.isGone { Composer(chat: chat) } }
      .toolbar { if chat.conversationID != nil { ToolbarItem(placement: .primaryAction) { menu } } }
      .task { await chat.open() }
      .task { await chat.watch() }
      .task(id: chat.draft) { await chat.keepDraft() }
      .onDisappear { chat.close() }
      .onChange(of: router.refreshRequestCount) { Task { await chat.refresh() } }
      .onChange(of: chat.reply?.message.id) { spoken = SpokenReply() }
      .onChange(of: chat.reply?.message) { speak() }
      .sheet(isPresented: $chat.asksConsent) {
        NavigationStack { AiConsentView(chat.consent) { Task { await chat.send() } } }
      }
      .sheet(item: $explained) { shown in NavigationStack { ReplyDetailView(account, message: shown.id) } }
      .alert("Rename the conversation", isPresented: $isRenaming) {
        TextField("Name", text: $title)
        Button("Rename") { Task { await chat.rename(title) } }
        Button("Cancel", role: .cancel) {}
      }
      .problemAlert(chat.work)
  }

  @ViewBuilder private var content: some View {
    switch chat.screen {
    case .loading: ProgressView("Loading…").frame(maxWidth: .infinity, maxHeight: .infinity)
    case .failed(let problem): ProblemView(problem) { await chat.refresh() }
    case .empty: if chat.outgoing == nil { welcome } else { talk }
    case .content:
      if chat.isGone {
        EmptyState(
          "This conversation is gone", symbol: "bubble.left.and.exclamationmark.bubble.right", message: "It was deleted on another device.")
      } else {
        talk
      }
    }
  }

  private var welcome: some View {
    EmptyState(
      "Talk to Jarvis", symbol: "bubble.left.and.bubble.right",
      message: "Ask how you are doing, log progress, plan a goal. Jarvis asks before it changes anything."
    ) {
      Button("How am I doing?") { suggest(String(localized: "How am I doing?")) }.buttonStyle(.bordered)
      Button("What is due today?") { suggest(String(localized: "What is due today?")) }.buttonStyle(.bordered)
    }
  }

  private func suggest(_ text: String) {
    chat.draft = text
    Task { await chat.send() }
  }

  private var talk: some View {
    ScrollViewReader { scroll in
      ScrollView {
        LazyVStack(alignment: .leading, spacing: Spacing.medium) {
          earlier(scroll)
          context
          ForEach(chat.messages) { message in
            MessageView(message: message, chat: chat, isLast: message.id == chat.messages.last?.id, actions: actions).id(message.id)
          }
          if let outgoing = chat.outgoing { OutgoingView(outgoing: outgoing, chat: chat).id(outgoing.id) }
        }
        .padding(Spacing.medium)
        .frame(maxWidth: Spacing.column)
        .frame(maxWidth: .infinity)
      }
      .defaultScrollAnchor(.bottom)
      .scrollDismissesKeyboard(.interactively)
      .refreshable { await chat.refresh() }
      .onChange(of: chat.outgoing?.id ?? chat.messages.last?.id) {
        if let last = chat.outgoing?.id ?? chat.messages.last?.id { scroll.scrollTo(last, anchor: .bottom) }
      }
    }
  }

  private var actions: MessageActions {
    MessageActions(
      fork: { message in
        Task { if let fork = await chat.fork(at: message) { router.push(.conversation(fork)) } }
      },
      explain: { explained = Explained(id: $0) })
  }

  @ViewBuilder private func earlier(_ scroll: ScrollViewProxy) -> some View {
    if let list = chat.list, list.hasMore {
      VStack(spacing: Spacing.tight) {
        Button("Show earlier messages") {
          let first = chat.messages.first?.id
          Task {
            await list.more()
            if let first { scroll.scrollTo(first, anchor: .top) }
          }
        }
        .touchTarget()
        .disabled(list.isLoadingMore)
        if let problem = list.moreProblem { problem.sentence.font(Typography.caption).foregroundStyle(Palette.warning) }
      }
      .frame(maxWidth: .infinity)
    }
  }

  /// What the conversation is about, and where it comes from.
  @ViewBuilder private var context: some View {
    if let conversation = chat.conversation {
      ForEach(conversation.contextGoals ?? []) { goal in
        NavigationLink(value: Route.goal(goal.id)) { Badge(Text("About: \(goal.title)"), symbol: "target") }.buttonStyle(.plain)
      }
      ForEach(conversation.contextLifeAreas ?? []) { area in
        NavigationLink(value: Route.lifeArea(area.id)) { Badge(Text("About: \(area.name)"), symbol: "square.grid.2x2") }.buttonStyle(.plain)
      }
      if let origin = conversation.forkedFrom {
        NavigationLink(value: Route.conversation(origin.id)) {
          Badge(Text("Forked from: \(origin.title)"), symbol: "arrow.triangle.branch")
        }
        .buttonStyle(.plain)
      }
    }
  }

  private var menu: some View {
    Menu("More", systemImage: "ellipsis.circle") {
      Button("Rename…", systemImage: "pencil") {
        title = chat.conversation?.title ?? ""
        isRenaming = true
      }
      if let last = chat.messages.last {
        Button("Fork the whole conversation", systemImage: "arrow.triangle.branch") {
          Task { if let fork = await chat.fork(at: last.id, .allBranches) { router.push(.conversation(fork)) } }
        }
      }
    }
  }

  /// Says to who cannot see it what comes, in whole sentences, and that something waits for them.
  private func speak() {
    guard let reply = chat.reply else { return }
    if let text = spoken.take(reply.message.content, isOver: reply.isOver || reply.waitsForPerson) {
      AccessibilityNotification.Announcement(text).post()
    }
    if reply.waitsForPerson, let proposal = reply.message.proposals.first {
      AccessibilityNotification.Announcement(String(localized: "Jarvis proposes: \(proposal.title). It waits for your word.")).post()
    }
  }
}
