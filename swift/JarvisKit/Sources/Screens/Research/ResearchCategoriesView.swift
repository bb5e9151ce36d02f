import Design
import Features
import Models
import SwiftUI

/// What is looked into for the person.
public struct ResearchCategoriesView: View {
  @State private var model: ResearchCategoriesModel
  @State private var editor: ResearchCategoryEditor?
  @State private var deleted: ResearchCategoryRow?

  public init(_ model: ResearchCategoriesModel) { _model = State(initialValue: model) }

  public var body: some View {
    ScreenStateView(model.list.screen, retry: model.list.refresh) { value in
      List {
        ForEach(value.viewer?.researchCategories?.nodes ?? []) { row($0) }
        NextPageRow(model: model.list)
      }
      .refreshable { await model.list.refresh() }
    } empty: {
      EmptyState(
        "Nothing is looked into yet", symbol: "text.magnifyingglass",
        message: "Name a subject and pages to read. Jarvis looks into it when you say, and shows what it found with its sources."
      ) {
        Button("New Category") { editor = model.newCategory() }.buttonStyle(.borderedProminent)
      }
    }
    .navigationTitle("Categories")
    .toolbar {
      ToolbarItem(placement: .primaryAction) { Button("New Category", systemImage: "plus") { editor = model.newCategory() } }
    }
    .task { await model.list.open() }
    .sheet(item: $editor) { ResearchCategoryForm($0) }
    .confirmationDialog("Delete this category?", isPresented: isDeleting, titleVisibility: .visible, presenting: deleted) { category in
      Button("Delete With All Results", role: .destructive) { Task { await model.delete(category) } }
    } message: { _ in
      Text("All that was found for it goes, too. To keep that, switch the category off instead.")
    }
    .problemAlert(model.work)
    .sensoryFeedback(.success, trigger: model.begun)
  }

  private var isDeleting: Binding<Bool> { Binding(get: { deleted != nil }, set: { if !$0 { deleted = nil } }) }

  private func row(_ category: ResearchCategoryRow) -> some View {
    NavigationLink {
      Later { ResearchCategoryView(model.category(category.id)) }
    } label: {
      ResearchCategoryCell(category: category)
    }
    .disabled(model.work.subjects.contains(category.id))
    .swipeActions(edge: .leading) {
      Button("Look Now", systemImage: "play") { Task { await model.trigger(category) } }.tint(Palette.accent)
    }
    .swipeActions(edge: .trailing, allowsFullSwipe: false) {
      Button("Delete", systemImage: "trash", role: .destructive) { deleted = category }
      activeButton(category).tint(Palette.warning)
    }
    .contextMenu {
      Button("Look Now", systemImage: "play") { Task { await model.trigger(category) } }
      activeButton(category)
      Button("Delete", systemImage: "trash", role: .destructive) { deleted = category }
    }
  }

  @ViewBuilder private func activeButton(_ category: ResearchCategoryRow) -> some View {
    if category.active {
      Button("Switch Off", systemImage: "pause") { Task { await model.setActive(category, false) } }
    } else {
      Button("Switch On", systemImage: "play.circle") { Task { await model.setActive(category, true) } }
    }
  }
}

/// A category in a list.
struct ResearchCategoryCell: View {
  let category: ResearchCategoryRow

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.tight) {
      HStack(alignment: .firstTextBaseline) {
        Text(verbatim: category.name).font(Typography.cardTitle).foregroundStyle(Palette.primary)
        Spacer(minLength: Spacing.small)
        if category.pendingResultCount > 0 {
          Badge(Text("\(category.pendingResultCount) to review"), symbol: "tray", tint: Palette.warning)
        }
      }
      if !category.description.isEmpty {
        Text(verbatim: category.description).font(Typography.detail).foregroundStyle(Palette.secondary).lineLimit(2)
      }
      if let run = category.run {
        RunProgress(run: run)
      } else {
        next.font(Typography.caption).foregroundStyle(Palette.secondary)
      }
    }
    .padding(.vertical, Spacing.tight)
    .accessibilityElement(children: .combine)
  }

  private var next: Text {
    guard category.schedule != nil else { return Text("Only by hand") }
    guard category.active else { return Text("Switched off") }
    guard let time = category.schedule?.nextRuns.first else { return Text("The schedule has ended") }
    return Text("Next: \(time.shown)")
  }
}

/// How far a run is, as a line with words.
struct RunProgress: View {
  let run: ResearchRunRow
  @Environment(\.accessibilityReduceMotion) private var reduceMotion

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.tight) {
      Label(
        run.state == .running ? run.step.title : run.state.title, systemImage: run.state == .running ? run.step.symbol : run.state.symbol
      )
      .font(Typography.caption).foregroundStyle(run.state.tint)
      if run.state == .running {
        ProgressView(value: run.fraction).tint(Palette.accent).animation(reduceMotion ? nil : .default, value: run.fraction)
          .accessibilityLabel("Progress")
          .accessibilityValue(Text(verbatim: percentText(run.fraction * 100)))
      }
    }
    .accessibilityElement(children: .combine)
  }
}

/// One category: what it is about, when it is looked into, and what was found.
public struct ResearchCategoryView: View {
  @State private var model: ResearchCategoryModel
  @State private var editor: ResearchCategoryEditor?
  @State private var deletes = false
  @Environment(\.dismiss) private var dismiss

  public init(_ model: ResearchCategoryModel) { _model = State(initialValue: model) }

  public var body: some View {
    ScreenStateView(model.query.screen, retry: model.query.refresh) { value in
      if let category = value.researchCategory { content(category) }
    } empty: {
      EmptyState("This category is not there any more", symbol: "trash", message: "It was deleted, perhaps on another device.")
    }
    .navigationTitle(model.category.map { Text(verbatim: $0.row.name) } ?? Text("Category"))
    .task { await model.query.open() }
    .onChange(of: model.isDeleted) { if model.isDeleted { dismiss() } }
    .sheet(item: $editor) { ResearchCategoryForm($0) }
    .confirmationDialog("Delete this category?", isPresented: $deletes, titleVisibility: .visible) {
      Button("Delete With All Results", role: .destructive) { Task { await model.delete() } }
    } message: {
      Text("All that was found for it goes, too. To keep that, switch the category off instead.")
    }
    .problemAlert(model.work)
    .sensoryFeedback(.success, trigger: model.begun)
  }

  private var isBusy: Bool { model.work.subjects.contains(model.id) }

  private func content(_ category: ResearchCategoryValue.Category) -> some View {
    List {
      Section {
        if !category.row.description.isEmpty { Text(verbatim: category.row.description) }
        if let run = category.row.run {
          NavigationLink {
            Later { ResearchRunView(model.parts.researchRun(run.id)) }
          } label: {
            RunProgress(run: run)
          }
        } else {
          Button("Look Now", systemImage: "play") { Task { await model.trigger() } }.disabled(isBusy)
        }
        NavigationLink {
          Later { ResearchRunsView(model.runs()) }
        } label: {
          Label("Runs", systemImage: "clock.arrow.circlepath")
        }
      }
      schedule(category)
      if !category.prompt.isEmpty || !category.sources.isEmpty {
        Section("What to look for") {
          if !category.prompt.isEmpty { Text(verbatim: category.prompt) }
          ForEach(category.sources, id: \.self) { address in
            Label {
              Text(verbatim: address).font(Typography.detail).textSelection(.enabled)
            } icon: {
              Image(systemName: "link")
            }
          }
        }
      }
      Section("Found") {
        let results = category.results?.nodes ?? []
        if results.isEmpty { Text("Nothing yet. Look now, or wait for the schedule.").foregroundStyle(Palette.secondary) }
        ForEach(results) { result in
          NavigationLink {
            Later { ResearchResultView(model.result(result.id)) }
          } label: {
            ResearchResultCell(result: result)
          }
        }
        NextPageRow(model: model.query)
      }
    }
    .refreshable { await model.query.refresh() }
    .toolbar {
      ToolbarItem(placement: .primaryAction) { Button("Edit", systemImage: "pencil") { editor = model.editor() }.disabled(isBusy) }
      ToolbarItem(placement: .secondaryAction) {
        Button("Delete", systemImage: "trash", role: .destructive) { deletes = true }.disabled(isBusy)
      }
    }
  }

  private func schedule(_ category: ResearchCategoryValue.Category) -> some View {
    Section("Schedule") {
      if let schedule = category.row.schedule {
        Label {
          Text(schedule.plan.title)
        } icon: {
          Image(systemName: "calendar")
        }
        LabeledContent("Time zone", value: schedule.timeZone)
        if category.row.active {
          if category.nextRuns.isEmpty { Text("The schedule has ended").foregroundStyle(Palette.secondary) }
          ForEach(category.nextRuns) { Text(verbatim: $0.shown).font(Typography.detail).monospacedDigit() }
        } else {
          Text("Switched off").foregroundStyle(Palette.secondary)
        }
        LabeledContent("When a run was missed") { Text(category.missedRunPolicy.title) }
      } else {
        Text("Only by hand").foregroundStyle(Palette.secondary)
      }
    }
  }
}

extension SchedulePlan {
  /// The schedule in a few words of the person's language; a text that cannot be picked stays as it is.
  var title: LocalizedStringKey {
    let at = time.shown
    switch pattern {
    case .daily: return "Every day at \(at)"
    case .weekly(let days):
      let symbols = Calendar.current.shortStandaloneWeekdaySymbols
      let names = days.sorted().map { symbols[$0.calendarNumber - 1] }.formatted(.list(type: .and))
      return "\(names) at \(at)"
    case .monthly(let day): return "On day \(day.formatted()) of each month at \(at)"
    case .rule(let text): return "By rule: \(text)"
    case .cron(let text): return "By cron: \(text)"
    }
  }
}

extension TimeOfDay {
  /// As the person's language writes a time.
  var shown: String {
    var style = Date.FormatStyle(date: .omitted, time: .shortened)
    style.timeZone = .gmt
    return instant(in: .gmt).formatted(style)
  }
}
