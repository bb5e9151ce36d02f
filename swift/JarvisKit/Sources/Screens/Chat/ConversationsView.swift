import Design
import Features
import Models
import SwiftUI

/// The person's conversations: found, named, put away; and what the assistant is told once and for all.
public struct ConversationsView: View {
  @State private var current: ConversationsModel
  @State private var archive: ConversationsModel
  @State private var search: MessageSearchModel
  @State private var showsArchive = false
  @State private var isNew = false
  @State private var showsAssistant = false
  @State private var isSearching = false
  @State private var deleted: ConversationRow?
  @State private var renamed: ConversationRow?
  @State private var title = ""
  @Environment(Router.self) private var router
  private let account: Account

  public init(_ account: Account) {
    self.account = account
    _current = State(initialValue: account.parts.conversations())
    _archive = State(initialValue: account.parts.conversations(archived: true))
    _search = State(initialValue: account.parts.messageSearch())
  }

  private var model: ConversationsModel { showsArchive ? archive : current }

  public var body: some View {
    Group {
      if let results = search.results { FoundMessages(results: results) } else { list }
    }
    .navigationTitle("Chat")
    .searchable(text: $search.text, isPresented: $isSearching, prompt: "Search all messages")
    .task(id: search.text) { await search.search() }
    .task { await current.list.open() }
    .task { await current.watch() }
    .task(id: showsArchive) { if showsArchive { await archive.list.open() } }
    .onChange(of: router.searchRequestCount) { isSearching = true }
    .onChange(of: router.refreshRequestCount) { Task { await model.list.refresh() } }
    .toolbar {
      ToolbarItem(placement: .primaryAction) {
        Button("New conversation", systemImage: "square.and.pencil") { isNew = true }
      }
      ToolbarItem(placement: .secondaryAction) {
        Toggle("Archive", systemImage: "archivebox", isOn: $showsArchive)
      }
      ToolbarItem(placement: .secondaryAction) {
        Button("The assistant…", systemImage: "slider.horizontal.3") { showsAssistant = true }
      }
    }
    .navigationDestination(isPresented: $isNew) { ChatView(account) }
    .sheet(isPresented: $showsAssistant) { NavigationStack { AssistantView(account) } }
    .confirmationDialog(
      "Delete this conversation?", isPresented: Binding(get: { deleted != nil }, set: { if !$0 { deleted = nil } }),
      titleVisibility: .visible, presenting: deleted
    ) { row in
      Button("Delete", role: .destructive) {
        Task {
          await model.delete(row.id)
          if model.work.problem == nil { router.close(row.id) }
        }
      }
    } message: { row in
      Text("“\(row.title)” is deleted with everything that was said in it. This cannot be undone.")
    }
    .alert(
      "Rename the conversation", isPresented: Binding(get: { renamed != nil }, set: { if !$0 { renamed = nil } }), presenting: renamed
    ) { row in
      TextField("Name", text: $title)
      Button("Rename") { Task { await model.rename(row.id, to: title) } }
      Button("Cancel", role: .cancel) {}
    }
    .problemAlert(model.work)
  }

  private var list: some View {
    ScreenStateView(model.list.screen, retry: { await model.list.refresh() }) { value in
      List {
        ForEach(value.rows) { row in
          NavigationLink(value: Route.conversation(row.id)) { ConversationLine(row: row) }
            .swipeActions { actions(row) }
            .contextMenu { actions(row) }
        }
        MoreRow(model: model.list)
      }
      .refreshable { await model.list.refresh() }
    } empty: {
      if showsArchive {
        EmptyState("The archive is empty", symbol: "archivebox", message: "Swipe a conversation to put it here.")
      } else {
        EmptyState(
          "No conversations yet", symbol: "bubble.left.and.bubble.right",
          message: "Ask how you are doing, log progress, plan a goal. Jarvis asks before it changes anything."
        ) {
          Button("New conversation") { isNew = true }.buttonStyle(.borderedProminent)
        }
      }
    }
  }

  @ViewBuilder private func actions(_ row: ConversationRow) -> some View {
    Button("Delete", systemImage: "trash", role: .destructive) { deleted = row }
    if model.isArchive {
      Button("Bring back", systemImage: "tray.and.arrow.up") { Task { await model.archive(row.id, false) } }
    } else {
      Button("Archive", systemImage: "archivebox") { Task { await model.archive(row.id) } }
    }
    Button("Rename", systemImage: "pencil") {
      title = row.title
      renamed = row
    }
  }
}

struct ConversationLine: View {
  let row: ConversationRow

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.tight) {
      Text(verbatim: row.title).font(Typography.body).foregroundStyle(Palette.primary).lineLimit(2)
      HStack(spacing: Spacing.small) {
        Text(verbatim: row.activeAt.formatted(.relative(presentation: .named))).font(Typography.caption).foregroundStyle(Palette.secondary)
        if row.waitsForPerson {
          Badge(Text("Waits for your word"), symbol: "hand.raised", tint: Palette.accent)
        } else if row.isBeingWritten {
          Badge(Text("Jarvis is writing…"), symbol: "ellipsis.bubble")
        }
      }
    }
    .frame(minHeight: Spacing.touch, alignment: .leading)
    .accessibilityElement(children: .combine)
  }
}

/// The end of a list that goes on: what comes next is loaded when it is seen.
struct MoreRow<Value: Decodable & Sendable & Equatable>: View {
  let model: QueryModel<Value>

  var body: some View {
    if let problem = model.moreProblem {
      HStack {
        problem.sentence.font(Typography.detail).foregroundStyle(Palette.secondary)
        Spacer(minLength: 0)
        Button("Try again") { Task { await model.more() } }.touchTarget()
      }
    } else if model.hasMore {
      ProgressView().frame(maxWidth: .infinity).task { await model.more() }
    }
  }
}

/// Messages with the words that were looked for.
struct FoundMessages: View {
  let results: QueryModel<FoundValue>

  var body: some View {
    ScreenStateView(results.screen, retry: { await results.refresh() }) { value in
      List {
        ForEach(value.matches) { match in
          NavigationLink(value: Route.conversation(match.message.conversation.id)) {
            VStack(alignment: .leading, spacing: Spacing.tight) {
              excerpt(match.excerpt).font(Typography.body).foregroundStyle(Palette.primary)
              Text(
                verbatim: "\(match.message.conversation.title) · \(match.message.createdAt.formatted(date: .abbreviated, time: .omitted))"
              )
              .font(Typography.caption).foregroundStyle(Palette.secondary)
            }
            .accessibilityElement(children: .combine)
          }
        }
        MoreRow(model: results)
      }
    } empty: {
      EmptyState("Nothing found", symbol: "magnifyingglass", message: "All words have to be in one message. Try fewer.")
    }
  }

  private func excerpt(_ parts: [FoundValue.Part]) -> Text {
    parts.reduce(Text(verbatim: "")) { $0 + Text(verbatim: $1.text).bold($1.found) }
  }
}
