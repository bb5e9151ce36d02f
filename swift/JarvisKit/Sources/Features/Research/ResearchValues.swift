import Foundation
import Models

/// Where a result stands in its review.
public enum ResearchStatus: String, OpenEnum, CaseIterable {
  case pending = "PENDING"
  case approved = "APPROVED"
  case rejected = "REJECTED"
  /// Approved, and made into something. It stays so.
  case integrated = "INTEGRATED"
  case unknown
}

/// How a run stands.
public enum ResearchRunState: String, OpenEnum, CaseIterable {
  case queued = "QUEUED"
  case running = "RUNNING"
  case done = "DONE"
  case failed = "FAILED"
  case cancelled = "CANCELLED"
  case unknown

  public var isOver: Bool { self == .done || self == .failed || self == .cancelled }
}

/// The steps of a run, in order.
public enum ResearchStep: String, OpenEnum, CaseIterable {
  case plan = "PLAN"
  case gather = "GATHER"
  case extract = "EXTRACT"
  case verify = "VERIFY"
  case write = "WRITE"
  case unknown
}

/// How a step of a run stands.
public enum ResearchStepState: String, OpenEnum, CaseIterable {
  case running = "RUNNING"
  case done = "DONE"
  /// Taken over from the run that is tried once more.
  case reused = "REUSED"
  case failed = "FAILED"
  case interrupted = "INTERRUPTED"
  case cancelled = "CANCELLED"
  case unknown
}

/// What started a run.
public enum ResearchTrigger: String, OpenEnum, CaseIterable {
  case schedule = "SCHEDULE"
  case manual = "MANUAL"
  case retry = "RETRY"
  case unknown
}

/// Why a run failed.
public enum ResearchRunFault: String, OpenEnum, CaseIterable {
  case noSources = "NO_SOURCES"
  case nothingFetched = "NOTHING_FETCHED"
  case nothingFound = "NOTHING_FOUND"
  case time = "TIME"
  case limit = "LIMIT"
  case interrupted = "INTERRUPTED"
  case `internal` = "INTERNAL"
  case unknown
}

/// What comparing a quote with its source came to.
public enum ClaimVerdict: String, OpenEnum, CaseIterable {
  case verbatim = "VERBATIM"
  /// The same words but for spacing, case or punctuation.
  case supported = "SUPPORTED"
  case unverified = "UNVERIFIED"
  case unknown
}

/// What happens to runs that could not start in time.
public enum MissedRunPolicy: String, OpenEnum, CaseIterable {
  case skip = "SKIP"
  case once = "ONCE"
  case all = "ALL"
  case unknown
}

/// Who took a step of a review.
public enum ReviewActor: String, OpenEnum, CaseIterable {
  case user = "USER"
  case apiKey = "API_KEY"
  case assistant = "ASSISTANT"
  case automation = "AUTOMATION"
  case system = "SYSTEM"
  case unknown
}

/// A result as lists show it.
public struct ResearchResultRow: Decodable, Sendable, Equatable, Identifiable {
  public struct Category: Decodable, Sendable, Hashable, Identifiable {
    public let id: ObjectID
    public let name: String
  }
  public let id: ObjectID
  public let title: String
  public let summary: String
  public let status: ResearchStatus
  /// The day it was found on.
  public let researchDate: LocalDate
  public let category: Category
  public let version: Int

  public var canBeApproved: Bool { status == .pending || status == .rejected }
  public var canBeRejected: Bool { status == .pending || status == .approved }
  public var canBeIntegrated: Bool { status == .approved }
}

/// A run as lists and live updates show it.
public struct ResearchRunRow: Decodable, Sendable, Equatable, Identifiable {
  public struct Progress: Decodable, Sendable, Equatable {
    /// Feeds, pages and searches to look at, as far as is known.
    public let planned: Int
    public let fetched: Int
    /// Addresses that could not be read.
    public let failed: Int
    /// Statements found.
    public let claims: Int
  }
  public struct Failure: Decodable, Sendable, Equatable {
    public let code: ResearchRunFault
    public let message: String
  }
  public let id: ObjectID
  public let state: ResearchRunState
  public let trigger: ResearchTrigger
  /// The step that it is at; the last one of a run that has ended, the first one of one that waits.
  public let step: ResearchStep
  public let dueAt: Date
  public let startedAt: Date?
  public let endedAt: Date?
  public let progress: Progress
  public let error: Failure?
  public let category: ResearchResultRow.Category

  public var canBeCancelled: Bool { state == .queued || state == .running }
  public var canBeRetried: Bool { state == .failed || state == .cancelled }

  /// How far it is, 0 to 1: each step has a share, and reading, which takes longest, the largest. A picture, no prediction.
  public var fraction: Double {
    switch state {
    case .queued, .unknown: return 0
    case .done: return 1
    case .running, .failed, .cancelled: break
    }
    switch step {
    case .plan, .unknown: return 0.05
    case .gather:
      let seen = Double(progress.fetched + progress.failed)
      return 0.1 + 0.5 * (progress.planned > 0 ? min(1, seen / Double(progress.planned)) : 0)
    case .extract: return 0.65
    case .verify: return 0.8
    case .write: return 0.9
    }
  }
}

/// Something that is looked into, as lists show it.
public struct ResearchCategoryRow: Decodable, Sendable, Equatable, Identifiable {
  public struct Schedule: Decodable, Sendable, Equatable {
    public let kind: ScheduleKind
    public let text: String
    public let startDate: LocalDate
    public let startTime: String
    /// What it means, in English.
    public let description: String
    public let timeZone: String
    public let nextRuns: [ScheduledTime]

    public var plan: SchedulePlan { SchedulePlan(kind: kind, text: text, start: TimeOfDay(startTime)) }
  }
  public let id: ObjectID
  public let name: String
  public let description: String
  public let active: Bool
  public let pendingResultCount: Int
  public let schedule: Schedule?
  public let version: Int
  /// The run that waits or is under way; only where it was asked for.
  public let underWay: Connection<ResearchRunRow>?
}

/// One time that a schedule names.
public struct ScheduledTime: Decodable, Sendable, Equatable, Identifiable {
  public let at: Date
  public let localDate: LocalDate
  public let localTime: String

  public var id: Date { at }
}

/// One statement of a result.
public struct ResearchClaim: Decodable, Sendable, Equatable {
  public struct Source: Decodable, Sendable, Equatable {
    public let url: String
    public let title: String
  }
  public let text: String
  /// The words of the source that it rests on.
  public let quote: String?
  public let verdict: ClaimVerdict
  public let source: Source?
}
