import Design
import Features
import Models
import SwiftUI

/// The rows of a form in which a schedule is set.
struct SchedulePicker: View {
  @Binding var plan: SchedulePlan
  @Environment(\.calendar) private var calendar

  private enum Kind: Hashable, CaseIterable {
    case daily, weekly, monthly, rule, cron

    var title: LocalizedStringKey {
      switch self {
      case .daily: "Every day"
      case .weekly: "On days of the week"
      case .monthly: "Once a month"
      case .rule: "Recurrence rule"
      case .cron: "Cron"
      }
    }
  }

  var body: some View {
    Picker("Repeats", selection: kind) { ForEach(Kind.allCases, id: \.self) { Text($0.title).tag($0) } }
    switch plan.pattern {
    case .daily: timePicker
    case .weekly(let days):
      WeekdayPicker(days: Binding(get: { days }, set: { plan.pattern = .weekly($0) }))
      if plan.fault == .noWeekday { FaultText("Choose at least one day.") }
      timePicker
    case .monthly(let day):
      Stepper(value: Binding(get: { day }, set: { plan.pattern = .monthly(day: $0) }), in: 1...31) {
        LabeledContent("Day of the month", value: day.formatted())
      }
      if day > 28 { Text("Months that are shorter are left out.").font(Typography.caption).foregroundStyle(Palette.secondary) }
      timePicker
    case .rule(let text):
      textField("FREQ=WEEKLY;BYDAY=MO;BYHOUR=7", text) { .rule($0) }
      Text("A recurrence rule of iCalendar (RFC 5545), at most once an hour.").font(Typography.caption).foregroundStyle(Palette.secondary)
    case .cron(let text):
      textField("0 7 * * 1-5", text) { .cron($0) }
      Text("Minute, hour, day of the month, month, day of the week.").font(Typography.caption).foregroundStyle(Palette.secondary)
    }
  }

  private func textField(_ example: String, _ text: String, _ pattern: @escaping @MainActor (String) -> SchedulePlan.Pattern) -> some View {
    TextField(
      "Schedule", text: Binding(get: { text }, set: { plan.pattern = pattern($0) }), prompt: Text(verbatim: example), axis: .vertical
    )
    .monospaced()
    .autocorrectionDisabled()
  }

  private var kind: Binding<Kind> {
    Binding(
      get: {
        switch plan.pattern {
        case .daily: .daily
        case .weekly: .weekly
        case .monthly: .monthly
        case .rule: .rule
        case .cron: .cron
        }
      },
      set: { kind in
        switch kind {
        case .daily: plan.pattern = .daily
        case .weekly: plan.pattern = .weekly([.monday])
        case .monthly: plan.pattern = .monthly(day: 1)
        // What was picked is where the text begins.
        case .rule: plan.pattern = .rule(plan.kind == .rrule ? plan.text : "")
        case .cron: plan.pattern = .cron("")
        }
      })
  }

  private var timePicker: some View { TimeOfDayPicker("Time", time: $plan.time) }
}

/// A time of the day.
struct TimeOfDayPicker: View {
  let title: LocalizedStringKey
  @Binding var time: TimeOfDay
  @Environment(\.timeZone) private var timeZone

  init(_ title: LocalizedStringKey, time: Binding<TimeOfDay>) {
    self.title = title
    _time = time
  }

  var body: some View {
    DatePicker(
      title, selection: Binding(get: { time.instant(in: timeZone) }, set: { time = TimeOfDay($0, in: timeZone) }),
      displayedComponents: .hourAndMinute)
  }
}

/// Days of the week, from the day on which the person's weeks begin.
struct WeekdayPicker: View {
  @Binding var days: Set<Weekday>
  @Environment(\.calendar) private var calendar

  var body: some View {
    ForEach(ordered, id: \.self) { day in
      Toggle(isOn: Binding(get: { days.contains(day) }, set: { if $0 { days.insert(day) } else { days.remove(day) } })) {
        Text(verbatim: name(day))
      }
    }
  }

  private var ordered: [Weekday] {
    let all = Weekday.allCases
    let first = all.firstIndex { $0.calendarNumber == calendar.firstWeekday } ?? 0
    return Array(all[first...] + all[..<first])
  }

  private func name(_ day: Weekday) -> String { calendar.standaloneWeekdaySymbols[day.calendarNumber - 1] }
}
