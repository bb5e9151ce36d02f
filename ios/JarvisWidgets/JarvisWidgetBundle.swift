import SwiftUI
import WidgetKit

@main struct JarvisWidgetBundle: WidgetBundle {
  init() { WidgetProcess.begin() }

  var body: some Widget {
    TodayWidget()
    ResearchLiveActivity()
  }
}
