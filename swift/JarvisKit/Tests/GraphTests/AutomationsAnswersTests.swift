import Graph
import Models
import Testing

@testable import Features

@Suite struct ReadingAutomationsAnswers {
  @Test(arguments: ["full", "bare"]) func itsScreensReadTheirAnswers(fullness: String) throws {
    _ = try answer("AutomationRules", fullness).read(as: AutomationsValue.self)
    _ = try answer("AutomationChoices", fullness).read(as: AutomationChoicesValue.self)
    let rule = try answer("AutomationRuleDetail", fullness).read(as: AutomationRuleValue.self)
    #expect(rule.node?.isKnown != false)
    _ = try answer("AutomationRunDetail", fullness).read(as: AutomationRunValue.self)
    _ = try Answer(data: payload("DryRunAutomationRule", fullness)).read(as: AutomationTrial.Tried.self)
    _ = try Answer(data: payload("SimulateAutomationRule", fullness)).read(as: AutomationSimulation.self)
    for name in ["RunAutomationRule", "CancelAutomationRun", "RetryAutomationRun"] {
      _ = try Answer(data: payload(name, fullness)).read(as: Parts.RunOfARule.self)
    }
    for name in ["CreateAutomationRule", "UpdateAutomationRule", "DeleteAutomationRule"] { _ = try payload(name, fullness) }
  }

  @Test func everyKindOfPartIsRead() throws {
    let rule = try #require(try answer("AutomationRuleDetail", "full").read(as: AutomationRuleValue.self).node)
    #expect(rule.triggers.count == 3)
    #expect(rule.conditions.count == 2)
    #expect(rule.actions.count == 4)
  }
}
