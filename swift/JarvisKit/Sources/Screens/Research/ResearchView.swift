import Design
import Features
import Models
import SwiftUI

/// What research found: reviewed, searched, and made into something.
public struct ResearchView: View {
  @State private var model: ResearchModel
  @State private var query = ""
  @State private var rejected: ResearchResultRow?
  @State private var deleted: ResearchResultRow?

  public init(_ model: ResearchModel) { _model = State(initialValue: model) }

  public var body: some View {
    Group {
      if let matches = model.matches { found(matches) } else { results }
    }
    .navigationTitle("Research")
    .searchable(text: $query, prompt: "Search results")
    .task { await model.open() }
    .task(id: query) { await model.search(query) }
    .toolbar {
      ToolbarItem(placement: .primaryAction) { filterMenu }
      ToolbarItemGroup(placement: .secondaryAction) {
        NavigationLink {
          Later { ResearchCategoriesView(model.parts.researchCategories()) }
        } label: {
          Label("Categories", systemImage: "folder")
        }
        NavigationLink {
          Later { ResearchReportView(model.parts.researchReport(), categories: model.categories) }
        } label: {
          Label("Report", systemImage: "doc.text")
        }
      }
    }
    .sheet(item: $rejected) { result in
      ReasonSheet(title: "Reject result", action: "Reject") { await model.reject(result, reason: $0) }
    }
    .confirmationDialog("Delete this result?", isPresented: isDeleting, titleVisibility: .visible, presenting: deleted) { result in
      Button("Delete", role: .destructive) { Task { await model.delete(result) } }
    } message: { _ in
      Text("It goes with its sources and its history. This cannot be undone.")
    }
    .problemAlert(model.work)
  }

  private var isDeleting: Binding<Bool> { Binding(get: { deleted != nil }, set: { if !$0 { deleted = nil } }) }

  private var results: some View {
    ScreenStateView(model.list.screen, retry: model.refresh) { value in
      List {
        ForEach(value.viewer?.researchResults?.nodes ?? []) { row($0) }
        NextPageRow(model: model.list)
      }
      .refreshable { await model.refresh() }
    } empty: {
      if model.filter.isAll {
        EmptyState(
          "Nothing found yet", symbol: "text.magnifyingglass",
          message: "Say what Jarvis should look into for you. What it finds comes here, and you decide what becomes of it."
        ) {
          NavigationLink {
            Later { ResearchCategoriesView(model.parts.researchCategories()) }
          } label: {
            Text("Choose What to Look Into")
          }
          .buttonStyle(.borderedProminent)
        }
      } else {
        EmptyState("No such results", symbol: "line.3.horizontal.decrease.circle", message: "Nothing was found that fits the filter.") {
          Button("Show All") { Task { await model.show(ResearchFilter()) } }.buttonStyle(.bordered)
        }
      }
    }
  }

  private func found(_ matches: QueryModel<ResearchMatchesValue>) -> some View {
    ScreenStateView(matches.screen, retry: matches.refresh) { value in
      List {
        ForEach(value.viewer?.searchResearch?.nodes ?? []) { match in row(match.result, excerpt: match.excerpt) }
        NextPageRow(model: matches)
      }
    } empty: {
      ContentUnavailableView.search(text: query)
    }
  }

  private func row(_ result: ResearchResultRow, excerpt: [ResearchMatch.Part] = []) -> some View {
    NavigationLink {
      Later { ResearchResultView(model.result(result.id)) }
    } label: {
      ResearchResultCell(result: result, excerpt: excerpt)
    }
    .disabled(model.work.subjects.contains(result.id))
    .swipeActions(edge: .leading) {
      if result.canBeApproved {
        Button("Approve", systemImage: "checkmark") { Task { await model.approve(result) } }.tint(Palette.good)
      }
    }
    .swipeActions(edge: .trailing, allowsFullSwipe: false) {
      Button("Delete", systemImage: "trash", role: .destructive) { deleted = result }
      if result.canBeRejected { Button("Reject", systemImage: "xmark") { rejected = result }.tint(Palette.warning) }
    }
    .contextMenu {
      if result.canBeApproved { Button("Approve", systemImage: "checkmark") { Task { await model.approve(result) } } }
      if result.canBeRejected { Button("Reject", systemImage: "xmark") { rejected = result } }
      Button("Delete", systemImage: "trash", role: .destructive) { deleted = result }
    }
    .sensoryFeedback(.success, trigger: result.status)
  }

  private var filterMenu: some View {
    Menu("Filter", systemImage: model.filter.isAll ? "line.3.horizontal.decrease.circle" : "line.3.horizontal.decrease.circle.fill") {
      Picker("State", selection: status) {
        Text("All").tag(ResearchStatus?.none)
        ForEach(ResearchStatus.shown, id: \.self) { Label($0.title, systemImage: $0.symbol).tag(ResearchStatus?.some($0)) }
      }
      Picker("Category", selection: category) {
        Text("All categories").tag(ObjectID?.none)
        ForEach(model.categories.screen.value?.viewer?.researchCategories?.nodes ?? []) {
          Text(verbatim: $0.name).tag(ObjectID?.some($0.id))
        }
      }
      if !model.filter.isAll { Button("Show All") { Task { await model.show(ResearchFilter()) } } }
    }
  }

  private var status: Binding<ResearchStatus?> { filter(\.status) }
  private var category: Binding<ObjectID?> { filter(\.categoryID) }

  private func filter<Value: Sendable>(_ path: WritableKeyPath<ResearchFilter, Value> & Sendable) -> Binding<Value> {
    Binding(
      get: { model.filter[keyPath: path] },
      set: {
        var filter = model.filter
        filter[keyPath: path] = $0
        let next = filter
        Task { await model.show(next) }
      })
  }
}

/// A result in a list.
struct ResearchResultCell: View {
  let result: ResearchResultRow
  var excerpt: [ResearchMatch.Part] = []

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.tight) {
      HStack(alignment: .firstTextBaseline) {
        Text(verbatim: result.category.name).lineLimit(1)
        Spacer(minLength: Spacing.small)
        Text(verbatim: result.researchDate.shown)
      }
      .font(Typography.caption).foregroundStyle(Palette.secondary)
      Text(verbatim: result.title).font(Typography.cardTitle).foregroundStyle(Palette.primary)
      if excerpt.isEmpty {
        Text(verbatim: result.summary).font(Typography.detail).foregroundStyle(Palette.secondary).lineLimit(3)
      } else {
        excerpt.reduce(Text(verbatim: "")) { $0 + Text(verbatim: $1.text).bold($1.found) }
          .font(Typography.detail).foregroundStyle(Palette.secondary)
      }
      ResearchStatusBadge(status: result.status)
    }
    .padding(.vertical, Spacing.tight)
    .accessibilityElement(children: .combine)
  }
}
