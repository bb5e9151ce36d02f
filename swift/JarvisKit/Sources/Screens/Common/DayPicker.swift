import Design
import Features
import Models
import SwiftUI

/// Chooses a day of the calendar.
struct DayPicker: View {
  let title: LocalizedStringKey
  @Binding var day: LocalDate
  var latest: LocalDate?

  init(_ title: LocalizedStringKey, day: Binding<LocalDate>, latest: LocalDate? = nil) {
    self.title = title
    _day = day
    self.latest = latest
  }

  var body: some View {
    if let latest {
      DatePicker(title, selection: date, in: ...latest.noon(), displayedComponents: .date)
    } else {
      DatePicker(title, selection: date, displayedComponents: .date)
    }
  }

  private var date: Binding<Date> { Binding(get: { day.noon() }, set: { day = LocalDate($0, in: .current) }) }
}

/// Chooses a day, or none.
struct OptionalDayPicker: View {
  let title: LocalizedStringKey
  @Binding var day: LocalDate?
  /// What is offered first.
  let first: LocalDate

  init(_ title: LocalizedStringKey, day: Binding<LocalDate?>, first: LocalDate) {
    self.title = title
    _day = day
    self.first = first
  }

  var body: some View {
    Toggle(title, isOn: Binding(get: { day != nil }, set: { day = $0 ? first : nil }))
    if day != nil { DayPicker(title, day: Binding(get: { day ?? first }, set: { day = $0 })).labelsHidden() }
  }
}

extension LocalDate {
  /// As the person's language writes it, e.g. `29 Mar 2026`.
  var shown: String { noon().formatted(date: .abbreviated, time: .omitted) }
}

/// What is wrong with a field, below it.
struct MistakeLabel: View {
  let text: Text

  var body: some View {
    Label {
      text
    } icon: {
      Image(systemName: "exclamationmark.circle").accessibilityHidden(true)
    }
    .font(Typography.detail)
    .foregroundStyle(Palette.bad)
  }
}

/// Says that the server does not have something yet, or that the person has to decide about it.
struct PendingMark: View {
  let isPending: Bool
  let needsPerson: Bool

  var body: some View {
    if needsPerson {
      Badge(Text("Needs you"), symbol: "exclamationmark.triangle", tint: Palette.warning)
    } else if isPending {
      Image(systemName: "icloud.and.arrow.up").foregroundStyle(Palette.secondary).accessibilityLabel("Not sent yet")
    }
  }
}

/// A button that leads to what is not sent yet, while there is something.
struct UnsentButton: View {
  let pendingCount: Int
  let needPersonCount: Int
  let action: @MainActor () -> Void

  var body: some View {
    if pendingCount > 0 {
      Button(action: action) {
        Label(
          "\(pendingCount) not sent yet",
          systemImage: needPersonCount > 0 ? "exclamationmark.icloud" : "icloud.and.arrow.up")
      }
      .tint(needPersonCount > 0 ? Palette.warning : Palette.accent)
    }
  }
}
