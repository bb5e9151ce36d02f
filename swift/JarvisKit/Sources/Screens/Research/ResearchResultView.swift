import Design
import Features
import Models
import SwiftUI

/// One result: what it says, what that rests on, and what becomes of it.
public struct ResearchResultView: View {
  @State private var model: ResearchResultModel
  @State private var rejects = false
  @State private var deletes = false
  @State private var integrates: ResearchResultRow?
  @State private var source: OpenedSource?
  @Environment(\.dismiss) private var dismiss

  public init(_ model: ResearchResultModel) { _model = State(initialValue: model) }

  public var body: some View {
    ScreenStateView(model.query.screen, retry: model.query.refresh) { value in
      if let result = value.researchResult { content(result) }
    } empty: {
      EmptyState("This result is not there any more", symbol: "trash", message: "It was deleted, perhaps on another device.")
    }
    .navigationTitle("Result")
    .task { await model.query.open() }
    .onChange(of: model.isDeleted) { if model.isDeleted { dismiss() } }
    .sheet(isPresented: $rejects) {
      ReasonSheet(title: "Reject result", action: "Reject") { await model.reject(reason: $0) }
    }
    .sheet(item: $integrates) { row in IntegrationForm(model: model, row: row) }
    .sheet(item: $source) { opened in SourceView(model: model, source: opened.source) }
    .confirmationDialog("Delete this result?", isPresented: $deletes, titleVisibility: .visible) {
      Button("Delete", role: .destructive) { Task { await model.delete() } }
    } message: {
      Text("It goes with its sources and its history. This cannot be undone.")
    }
    .problemAlert(model.work)
    .sensoryFeedback(.success, trigger: model.result?.row.status)
  }

  private struct OpenedSource: Identifiable {
    let source: ResearchSource
    var id: String { source.url }
  }

  private var isBusy: Bool { model.work.subjects.contains(model.id) }

  private func content(_ result: ResearchResultValue.Result) -> some View {
    List {
      Section {
        VStack(alignment: .leading, spacing: Spacing.small) {
          Text(verbatim: result.row.title).font(Typography.screenTitle).accessibilityAddTraits(.isHeader)
          Text(verbatim: "\(result.row.category.name) · \(result.row.researchDate.shown)")
            .font(Typography.detail).foregroundStyle(Palette.secondary)
          ResearchStatusBadge(status: result.row.status)
          Text(verbatim: result.row.summary)
        }
        decisions(result.row)
      }
      if let made = model.made ?? result.createdIds.last { madeSection(result, made) }
      Section("What was found") { MarkdownView(text: result.content) }
      if !result.claims.isEmpty {
        Section("Statements") {
          ForEach(Array(result.claims.enumerated()), id: \.offset) { _, claim in ClaimRow(claim: claim) }
        }
      }
      if !result.sources.isEmpty {
        Section("Sources") {
          ForEach(Array(result.sources.enumerated()), id: \.offset) { _, read in
            Button {
              source = OpenedSource(source: read)
            } label: {
              SourceRow(source: read)
            }
            .buttonStyle(.plain)
          }
        }
      }
      if !result.reviews.isEmpty {
        Section("History") {
          ForEach(Array(result.reviews.enumerated()), id: \.offset) { _, review in ReviewRow(review: review) }
        }
      }
      if let run = result.run {
        Section {
          NavigationLink {
            Later { ResearchRunView(model.parts.researchRun(run.id)) }
          } label: {
            Label("The run that found it", systemImage: "clock.arrow.circlepath")
          }
        }
      }
    }
    .refreshable { await model.query.refresh() }
    .toolbar {
      ToolbarItemGroup(placement: .secondaryAction) {
        ShareLink("Share", item: "# \(result.row.title)\n\n\(result.row.summary)\n\n\(result.content)")
        Button("Delete", systemImage: "trash", role: .destructive) { deletes = true }.disabled(isBusy)
      }
    }
  }

  @ViewBuilder private func decisions(_ row: ResearchResultRow) -> some View {
    if row.canBeApproved {
      Button("Approve", systemImage: "checkmark") { Task { await model.approve() } }.disabled(isBusy)
    }
    if row.canBeIntegrated {
      Button("Make Something of It…", systemImage: "arrow.triangle.branch") { integrates = row }.disabled(isBusy)
    }
    if row.canBeRejected {
      Button("Reject…", systemImage: "xmark", role: .destructive) { rejects = true }.disabled(isBusy)
    }
  }

  private func madeSection(_ result: ResearchResultValue.Result, _ made: ObjectID) -> some View {
    Section("Made of it") {
      ForEach(result.createdIds.isEmpty ? [made] : result.createdIds, id: \.self) { id in
        if let route = Route(id) {
          NavigationLink(value: route) { Label(Self.title(of: id), systemImage: Self.symbol(of: id)) }
        } else {
          Label(Self.title(of: id), systemImage: Self.symbol(of: id))
        }
      }
    }
  }

  private static func title(of id: ObjectID) -> LocalizedStringKey {
    switch id.prefix {
    case "goal": "A goal"
    case "note": "A note on a life area"
    case "rule": "A rule"
    default: "Something new"
    }
  }

  private static func symbol(of id: ObjectID) -> String {
    switch id.prefix {
    case "goal": "target"
    case "note": "note.text"
    default: "bolt.badge.clock"
    }
  }
}

struct ClaimRow: View {
  let claim: ResearchClaim

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.tight) {
      Text(verbatim: claim.text)
      if let quote = claim.quote {
        Text(verbatim: "“\(quote)”").italic().font(Typography.detail).foregroundStyle(Palette.secondary)
      }
      if let source = claim.source {
        Text(verbatim: source.title).font(Typography.caption).foregroundStyle(Palette.secondary)
      }
      Badge(Text(claim.verdict.title), symbol: claim.verdict.symbol, tint: claim.verdict.tint)
    }
    .accessibilityElement(children: .combine)
  }
}

struct SourceRow: View {
  let source: ResearchSource

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.tight) {
      Text(verbatim: source.title.isEmpty ? source.url : source.title)
      Text(verbatim: source.address?.host ?? source.url).font(Typography.caption).foregroundStyle(Palette.secondary).lineLimit(1)
    }
    .frame(maxWidth: .infinity, alignment: .leading)
    .contentShape(Rectangle())
    .accessibilityElement(children: .combine)
    .accessibilityAddTraits(.isButton)
    .accessibilityHint("Shows what it said")
  }
}

struct ReviewRow: View {
  let review: ResearchReview

  var body: some View {
    VStack(alignment: .leading, spacing: Spacing.tight) {
      HStack(alignment: .firstTextBaseline) {
        Label(review.toStatus.title, systemImage: review.toStatus.symbol).foregroundStyle(review.toStatus.tint)
        Spacer(minLength: Spacing.small)
        Text(verbatim: review.at.formatted(date: .abbreviated, time: .shortened)).font(Typography.caption).foregroundStyle(
          Palette.secondary)
      }
      Text(review.actor.kind.title).font(Typography.detail).foregroundStyle(Palette.secondary)
      if let reason = review.reason { Text(verbatim: reason).font(Typography.detail) }
    }
    .accessibilityElement(children: .combine)
  }
}

/// What a source said when it was read. It is text of others, and shown as that.
struct SourceView: View {
  let model: ResearchResultModel
  let source: ResearchSource
  @Environment(\.dismiss) private var dismiss

  var body: some View {
    NavigationStack {
      ScreenStateView(model.sources.screen, retry: model.sources.refresh) { _ in
        ScrollView {
          VStack(alignment: .leading, spacing: Spacing.medium) {
            Text(verbatim: source.title).font(Typography.screenTitle).accessibilityAddTraits(.isHeader)
            if let address = source.address { Link(destination: address) { Text(verbatim: source.url).font(Typography.detail) } }
            if let snapshot = model.snapshot(of: source) {
              Text("Read on \(snapshot.fetchedAt.formatted(date: .abbreviated, time: .shortened))")
                .font(Typography.caption).foregroundStyle(Palette.secondary)
              Text(verbatim: snapshot.text).textSelection(.enabled)
            } else {
              Text("What it said was not kept.").foregroundStyle(Palette.secondary)
            }
          }
          .padding(Spacing.medium)
          .frame(maxWidth: .infinity, alignment: .leading)
        }
      } empty: {
        EmptyState("What it said was not kept", symbol: "doc")
      }
      .navigationTitle("Source")
      .toolbar { ToolbarItem(placement: .confirmationAction) { Button("Done") { dismiss() } } }
      .task { await model.sources.open() }
    }
  }
}
