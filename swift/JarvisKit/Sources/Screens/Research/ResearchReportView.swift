import Design
import Features
import Models
import SwiftUI

/// What research found in a stretch of days, to read and to pass on.
struct ResearchReportView: View {
  @State private var model: ResearchReportModel
  let categories: QueryModel<ResearchCategoriesValue>

  init(_ model: ResearchReportModel, categories: QueryModel<ResearchCategoriesValue>) {
    _model = State(initialValue: model)
    self.categories = categories
  }

  var body: some View {
    ScreenStateView(model.query.screen, retry: model.query.refresh) { value in
      if let report = value.viewer?.researchReport { content(report) }
    } empty: {
      EmptyState(
        "Nothing to report", symbol: "doc.text",
        message: "No approved results in this stretch. Approve some, choose a longer one, or include what waits for review.")
    }
    .navigationTitle("Report")
    .toolbar {
      ToolbarItem(placement: .primaryAction) { choices }
    }
    .task { await model.open() }
  }

  private func content(_ report: ResearchReportValue.Report) -> some View {
    ScrollView {
      VStack(alignment: .leading, spacing: Spacing.medium) {
        Text("\(report.resultCount) results, \(report.from.shown) – \(report.to.shown)")
          .font(Typography.detail).foregroundStyle(Palette.secondary)
        MarkdownView(text: report.markdown)
      }
      .padding(Spacing.medium)
    }
    .refreshable { await model.query.refresh() }
    .toolbar { ToolbarItem(placement: .secondaryAction) { ShareLink("Share", item: report.markdown) } }
  }

  private var choices: some View {
    Menu("What to report", systemImage: "slider.horizontal.3") {
      Picker("Stretch", selection: Binding(get: { model.stretch }, set: { stretch in Task { await model.show(stretch) } })) {
        ForEach(ResearchReportModel.Stretch.allCases, id: \.self) { Text($0.title).tag($0) }
      }
      Menu("Categories") {
        ForEach(categories.screen.value?.viewer?.researchCategories?.nodes ?? []) { category in
          Toggle(isOn: isIncluded(category.id)) { Text(verbatim: category.name) }
        }
      }
      Toggle(
        "Include what waits for review",
        isOn: Binding(get: { model.withPending }, set: { pending in Task { await model.show(withPending: pending) } }))
    }
  }

  private func isIncluded(_ id: ObjectID) -> Binding<Bool> {
    Binding(
      get: { model.categoryIDs.contains(id) },
      set: { included in
        let ids = included ? model.categoryIDs.union([id]) : model.categoryIDs.subtracting([id])
        Task { await model.show(categoryIDs: ids) }
      })
  }
}

extension ResearchReportModel.Stretch {
  var title: LocalizedStringKey {
    switch self {
    case .week: "Last 7 days"
    case .month: "Last 30 days"
    case .quarter: "Last 90 days"
    case .year: "Last 365 days"
    }
  }
}
