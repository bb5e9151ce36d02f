/// A kind of measurement that is read from Apple Health.
public struct HealthKind: Sendable, Hashable, Identifiable {
  public enum Group: String, Sendable, CaseIterable { case activity, heart, sleep, mind, body, nutrition }

  /// The server's name of it: HealthKit's without the prefix.
  public let type: String
  /// The unit in which it is sent, which is the one in which the server stores it; as HealthKit writes it.
  public let unit: String
  public let group: Group
  /// A sample of a category has a length in place of a number.
  public let isCategory: Bool

  public var id: String { type }

  /// HealthKit's own name.
  public var identifier: String {
    let name = type == "vo2Max" ? "VO2Max" : type.prefix(1).uppercased() + type.dropFirst()
    return "HK\(isCategory ? "Category" : "Quantity")TypeIdentifier\(name)"
  }
}

/// The kinds of measurements that Jarvis knows how to read; the server's table (`subgraphs/integrations/device/metrics.ts`) has the same.
public enum HealthCatalogue {
  public static let sleep = HealthKind(type: "sleepAnalysis", unit: "min", group: .sleep, isCategory: true)

  public static let kinds: [HealthKind] =
    quantities(
      .activity,
      [
        ("stepCount", "count"), ("flightsClimbed", "count"), ("pushCount", "count"), ("swimmingStrokeCount", "count"),
        ("distanceWalkingRunning", "km"), ("distanceCycling", "km"), ("distanceSwimming", "km"), ("distanceWheelchair", "km"),
        ("activeEnergyBurned", "kcal"), ("basalEnergyBurned", "kcal"), ("appleExerciseTime", "min"), ("appleStandTime", "min"),
        ("appleMoveTime", "min"), ("timeInDaylight", "min"), ("walkingSpeed", "km/hr"), ("vo2Max", "mL/min·kg"),
      ])
    + quantities(
      .heart,
      [
        ("heartRate", "count/min"), ("restingHeartRate", "count/min"), ("walkingHeartRateAverage", "count/min"),
        ("respiratoryRate", "count/min"), ("heartRateVariabilitySDNN", "ms"), ("oxygenSaturation", "%"),
        ("bloodPressureSystolic", "mmHg"), ("bloodPressureDiastolic", "mmHg"),
      ])
    + [sleep, HealthKind(type: "mindfulSession", unit: "min", group: .mind, isCategory: true)]
    + quantities(
      .body,
      [
        ("bodyMass", "kg"), ("leanBodyMass", "kg"), ("bodyFatPercentage", "%"), ("bodyMassIndex", "count"), ("height", "cm"),
        ("waistCircumference", "cm"), ("bodyTemperature", "degC"), ("bloodGlucose", "mg/dL"),
      ])
    + quantities(
      .nutrition,
      [
        ("dietaryEnergyConsumed", "kcal"), ("dietaryProtein", "g"), ("dietaryCarbohydrates", "g"), ("dietaryFatTotal", "g"),
        ("dietarySugar", "g"), ("dietaryWater", "L"), ("dietaryCaffeine", "mg"),
      ])

  /// Which of HealthKit's values of `sleepAnalysis` mean that the person slept: unspecified, core, deep and REM; not in bed (0) and not
  /// awake (2), which would count time in bed as sleep.
  public static func isAsleep(_ value: Int) -> Bool { [1, 3, 4, 5].contains(value) }

  private static func quantities(_ group: HealthKind.Group, _ kinds: [(type: String, unit: String)]) -> [HealthKind] {
    kinds.map { HealthKind(type: $0.type, unit: $0.unit, group: group, isCategory: false) }
  }
}
