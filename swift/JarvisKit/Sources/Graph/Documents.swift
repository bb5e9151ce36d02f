// Generated from operations/ by "npm run generate:swift". Do not edit.
// swift-format-ignore-file

extension Document {
  public static let achievements = Document(
    name: "Achievements", kind: .query,
    hash: "7f333a865c47930045449b36061166fe9276992c9e940269e61201bb22826e74",
    body: #"""
      query Achievements($first: Int = 50, $after: String) { viewer { __typename id achievements(first: $first, after: $after) { __typename nodes { __typename id name localDate earnedAt goal { __typename id title } } pageInfo { __typename hasNextPage endCursor } } } }
      """#)

  public static let addLifeAreaNote = Document(
    name: "AddLifeAreaNote", kind: .mutation,
    hash: "1e94519973ec5f994b9941139c954a585a1147a128f883e6e93d9a39ee7ac498",
    body: #"""
      mutation AddLifeAreaNote($input: AddLifeAreaNoteInput!) { addLifeAreaNote(input: $input) { __typename note { __typename ...OfflineNote } errors { __typename code message path } } }
      fragment OfflineNote on LifeAreaNote { __typename id lifeArea { __typename id } text createdAt version }
      """#)

  public static let addNote = Document(
    name: "AddNote", kind: .mutation,
    hash: "130a4bbb35d2da8163fa5e3286eadb0ada070eda2beb37fc2c8ad91c4d114044",
    body: #"""
      mutation AddNote($input: AddNoteInput!) { addNote(input: $input) { __typename message { __typename ...MessageRow } conversation { __typename ...ConversationRow } errors { __typename code message path } } }
      fragment MessageRow on Message { __typename id role content status origin model provider endedBecause lastSequence parent { __typename id } siblings { __typename id } toolCalls { __typename ...ToolCallCard } createdAt version }
      fragment ToolCallCard on ToolCall { __typename id tool kind state title details { __typename name value objectId } confirmation tainted decidedAt version }
      fragment ConversationRow on Conversation { __typename id title archived activeAt messageCount currentMessage { __typename id role status } version }
      """#)

  public static let aiLedger = Document(
    name: "AiLedger", kind: .query,
    hash: "5ac585f4bf290985fc753574d24daac76a750b928c75b89539c1ec5759a8c9cc",
    body: #"""
      query AiLedger($filter: AiCallFilter, $first: Int = 50, $after: String) { viewer { __typename id aiCalls(filter: $filter, first: $first, after: $after) { __typename nodes { __typename ...AiCallRow } pageInfo { __typename hasNextPage endCursor } } } }
      fragment AiCallRow on AiCall { __typename id purpose subjectId provider model dataClasses outcome inputTokens cachedInputTokens outputTokens estimated cost latencyMs startedAt }
      """#)

  public static let approveResearchResult = Document(
    name: "ApproveResearchResult", kind: .mutation,
    hash: "c656ec86b6f8523792308904c2f112e9d7d218816ec8994ae1c025d8c7b817cb",
    body: #"""
      mutation ApproveResearchResult($input: ApproveResearchResultInput!) { approveResearchResult(input: $input) { __typename result { __typename ...ResearchResultRow reviews { __typename fromStatus toStatus reason at actor { __typename kind id } } } errors { __typename code message path } } }
      fragment ResearchResultRow on ResearchResult { __typename id title summary status researchDate category { __typename id name } version }
      """#)

  public static let approveToolCall = Document(
    name: "ApproveToolCall", kind: .mutation,
    hash: "a2ad2bbac6f21cb3fc9c111bb4c0e8b9b9c1e8a94a91f1293bb2d59f749aaf44",
    body: #"""
      mutation ApproveToolCall($input: ApproveToolCallInput!) { approveToolCall(input: $input) { __typename toolCall { __typename ...ToolCallCard } errors { __typename code message path } } }
      fragment ToolCallCard on ToolCall { __typename id tool kind state title details { __typename name value objectId } confirmation tainted decidedAt version }
      """#)

  public static let assistant = Document(
    name: "Assistant", kind: .query,
    hash: "2de4742f213765a2a889355ca3b4162131eefac79d99d0ddffe902a16f4f410b",
    body: #"""
      query Assistant { aiProviders { __typename name model isLocal consentedClasses available } viewer { __typename id assistantSettings { __typename ...AssistantChoices } aiBudget { __typename localDate limit spent calls inputTokens outputTokens } aiConsents(active: true) { __typename ...ConsentRow } } }
      fragment AssistantChoices on AssistantSettings { __typename provider retrieval allowedTools version }
      fragment ConsentRow on AiConsent { __typename id provider dataClass disclosureVersion grantedAt withdrawnAt }
      """#)

  public static let automationChoices = Document(
    name: "AutomationChoices", kind: .query,
    hash: "52433a1ca768d715e1d35775984a2b3980e87d92ebd681892b708c33e7d2b5aa",
    body: #"""
      query AutomationChoices($goals: GoalFilter) { automationEventTypes { __typename name subjectType change fields } viewer { __typename id timeZone goals(first: 100, filter: $goals) { __typename nodes { __typename id title unit } } } }
      """#)

  public static let automationRuleDetail = Document(
    name: "AutomationRuleDetail", kind: .query,
    hash: "ddedfb57b72ce68fc250ff77ccfe504efcbec15a046fdb1a875995faf26dedc1",
    body: #"""
      query AutomationRuleDetail($id: ID!, $first: Int = 20, $after: String) { node(id: $id) { __typename ... on AutomationRule { id name description active mode maxRuns failures disabledReason nextRunAt version triggers { __typename ... on ScheduleTrigger { cron rrule timeZone } ... on EventTrigger { event filters { __typename field oneOf } } ... on ConditionTrigger { goalId goal { __typename id title } metric comparison value forMinutes } } conditions { __typename ... on GoalCondition { goalId goal { __typename id title } metric comparison value } ... on TimeCondition { from to weekdays } } actions { __typename ... on NotificationAction { kind title body subjectId } ... on DataUpdateAction { document variables } ... on ApiCallAction { method url headers { __typename name value } body } ... on AiTaskAction { prompt subjectIds } } runs(first: $first, after: $after) { __typename nodes { __typename ...AutomationRunRow } pageInfo { __typename hasNextPage endCursor } } } } }
      fragment AutomationRunRow on AutomationRun { __typename id state trigger event subjectId localOccurrence value reason message retryAt createdAt startedAt endedAt }
      """#)

  public static let automationRules = Document(
    name: "AutomationRules", kind: .query,
    hash: "10e35fab971b0dc725b7bea17c19cd0f0384a2343837a4804242e5c4142d755c",
    body: #"""
      query AutomationRules($first: Int = 50, $after: String) { viewer { __typename id automationRules(first: $first, after: $after) { __typename nodes { __typename id name description active mode disabledReason nextRunAt lastRun { __typename ...AutomationRunRow } version } pageInfo { __typename hasNextPage endCursor } } } }
      fragment AutomationRunRow on AutomationRun { __typename id state trigger event subjectId localOccurrence value reason message retryAt createdAt startedAt endedAt }
      """#)

  public static let automationRunDetail = Document(
    name: "AutomationRunDetail", kind: .query,
    hash: "8f14e7e58385c889c2686630a70c5ddff25aaa5cad00965d7880d27040b8922f",
    body: #"""
      query AutomationRunDetail($id: ID!) { node(id: $id) { __typename ... on AutomationRun { ...AutomationRunRow eventId depth rule { __typename id name } retryOf { __typename id } steps { __typename index kind state input output error attempts startedAt endedAt } } } }
      fragment AutomationRunRow on AutomationRun { __typename id state trigger event subjectId localOccurrence value reason message retryAt createdAt startedAt endedAt }
      """#)

  public static let beginConnection = Document(
    name: "BeginConnection", kind: .mutation,
    hash: "f6df1d4c5b6a87feea0297c457f268c81f18d16bbcb8479fae9892fc94bada56",
    body: #"""
      mutation BeginConnection($input: BeginConnectionInput!) { beginConnection(input: $input) { __typename authorizationUrl state expiresAt errors { __typename code message path } } }
      """#)

  public static let cancelAccountDeletion = Document(
    name: "CancelAccountDeletion", kind: .mutation,
    hash: "3d37c44b32b9f79a1f87f51ea9beb6582d46c4c445688b75d468119c68c4af73",
    body: #"""
      mutation CancelAccountDeletion { cancelAccountDeletion { __typename user { __typename id deletion { __typename scheduledAt } } errors { __typename code message path } } }
      """#)

  public static let cancelAutomationRun = Document(
    name: "CancelAutomationRun", kind: .mutation,
    hash: "90254902a1c348f0a5c9f74a881b6e159774d3190fbfd22bd1ffbd8e8562e789",
    body: #"""
      mutation CancelAutomationRun($input: CancelAutomationRunInput!) { cancelAutomationRun(input: $input) { __typename run { __typename ...AutomationRunRow } errors { __typename code message path } } }
      fragment AutomationRunRow on AutomationRun { __typename id state trigger event subjectId localOccurrence value reason message retryAt createdAt startedAt endedAt }
      """#)

  public static let cancelResearchRun = Document(
    name: "CancelResearchRun", kind: .mutation,
    hash: "3e9f2c99030a5ef3b5557be4d47e14e55fd07b4b58839ca515b0c4779c7781ac",
    body: #"""
      mutation CancelResearchRun($input: CancelResearchRunInput!) { cancelResearchRun(input: $input) { __typename run { __typename ...ResearchRunRow } errors { __typename code message path } } }
      fragment ResearchRunRow on ResearchRun { __typename id state trigger step dueAt startedAt endedAt progress { __typename planned fetched failed claims } error { __typename code message } category { __typename id name } }
      """#)

  public static let changes = Document(
    name: "Changes", kind: .query,
    hash: "1f69791391306bdcf1dc1378dfa277fcd6d7e80bf1f79feaa4d71445c19cbc44",
    body: #"""
      query Changes($since: String) { changes(since: $since) { __typename changes { __typename id typeName kind node { __typename id ... on Goal { ...OfflineGoal } ... on ProgressEntry { ...OfflineEntry } ... on Milestone { ...OfflineMilestone } ... on LifeArea { ...OfflineArea } ... on LifeAreaNote { ...OfflineNote } } } cursor hasMore fullSyncNeeded } }
      fragment OfflineGoal on Goal { __typename ...GoalCard description direction cumulative aggregation frequency { __typename times period interval } rate { __typename amount period } startDate startValue autoComplete missingMeans pauses { __typename start end } customFields { __typename key text number boolean date } completedAt lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      fragment OfflineEntry on ProgressEntry { __typename id goal { __typename id } localDate occurredAt value skip note source version }
      fragment OfflineMilestone on Milestone { __typename id goal { __typename id } title description position dueDate reached reachedOn version }
      fragment OfflineArea on LifeArea { __typename id areaKind: kind name description color icon active position customFields { __typename key label type unit options { __typename value label } required } version }
      fragment OfflineNote on LifeAreaNote { __typename id lifeArea { __typename id } text createdAt version }
      """#)

  public static let chatMessage = Document(
    name: "ChatMessage", kind: .subscription,
    hash: "ed3954bcd9a785c5b433aaeb1a7004544abfbb3bb0e49e3e4446f8647352fe88",
    body: #"""
      subscription ChatMessage($after: ID) { chatMessage(after: $after) { __typename event { __typename id at } message { __typename ...MessageRow } conversation { __typename ...ConversationRow } } }
      fragment MessageRow on Message { __typename id role content status origin model provider endedBecause lastSequence parent { __typename id } siblings { __typename id } toolCalls { __typename ...ToolCallCard } createdAt version }
      fragment ToolCallCard on ToolCall { __typename id tool kind state title details { __typename name value objectId } confirmation tainted decidedAt version }
      fragment ConversationRow on Conversation { __typename id title archived activeAt messageCount currentMessage { __typename id role status } version }
      """#)

  public static let completeConnection = Document(
    name: "CompleteConnection", kind: .mutation,
    hash: "f1ab9feb57d74d73fa458c5b50886e62952eb3ac40339a45f1a76f7d80b89964",
    body: #"""
      mutation CompleteConnection($input: CompleteConnectionInput!) { completeConnection(input: $input) { __typename connection { __typename ...ConnectionRow } errors { __typename code message path } } }
      fragment ConnectionRow on Connection { __typename id label accountLabel status statusReason syncing lastSyncAt nextSyncAt version provider { __typename id name kind } }
      """#)

  public static let completeGoal = Document(
    name: "CompleteGoal", kind: .mutation,
    hash: "50aeea49e19ab8849fb5af8ed5ae501932dd165d57b006d2af6346da371b1c48",
    body: #"""
      mutation CompleteGoal($input: CompleteGoalInput!) { completeGoal(input: $input) { __typename goal { __typename ...OfflineGoal } errors { __typename code message path } } }
      fragment OfflineGoal on Goal { __typename ...GoalCard description direction cumulative aggregation frequency { __typename times period interval } rate { __typename amount period } startDate startValue autoComplete missingMeans pauses { __typename start end } customFields { __typename key text number boolean date } completedAt lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let confirmAccountDeletion = Document(
    name: "ConfirmAccountDeletion", kind: .mutation,
    hash: "d8d275c9ebe7a66cc8fce35fcefd3013d22aa1ec7e68a36b522b8252acae43a8",
    body: #"""
      mutation ConfirmAccountDeletion($input: ConfirmAccountDeletionInput!) { confirmAccountDeletion(input: $input) { __typename deletion { __typename requestedAt scheduledAt } errors { __typename code message path } } }
      """#)

  public static let connectDeviceProvider = Document(
    name: "ConnectDeviceProvider", kind: .mutation,
    hash: "00bf8398854a5166d270bcd84b67e9da390c4288d106dbc9a53dbb4456259b61",
    body: #"""
      mutation ConnectDeviceProvider($input: ConnectDeviceProviderInput!) { connectDeviceProvider(input: $input) { __typename connection { __typename ...ConnectionRow } errors { __typename code message path } } }
      fragment ConnectionRow on Connection { __typename id label accountLabel status statusReason syncing lastSyncAt nextSyncAt version provider { __typename id name kind } }
      """#)

  public static let connectWebhookProvider = Document(
    name: "ConnectWebhookProvider", kind: .mutation,
    hash: "2c9734b47f82d0d9ac34000b21d7ed700c910596dac40c68b4dad492b51811d0",
    body: #"""
      mutation ConnectWebhookProvider($input: ConnectWebhookProviderInput!) { connectWebhookProvider(input: $input) { __typename connection { __typename ...ConnectionRow incomingAddress } secret errors { __typename code message path } } }
      fragment ConnectionRow on Connection { __typename id label accountLabel status statusReason syncing lastSyncAt nextSyncAt version provider { __typename id name kind } }
      """#)

  public static let connectionDetail = Document(
    name: "ConnectionDetail", kind: .query,
    hash: "0fdf29e74434ecc3b4f43ea33c1dfb18bbc39fa5f6459b430f96fada1f5c1ff4",
    body: #"""
      query ConnectionDetail($id: ID!, $after: String) { node(id: $id) { __typename ... on Connection { ...ConnectionRow scopes settings lastFullSyncAt createdAt log(first: 20, after: $after) { __typename nodes { __typename id kind message received changed deleted at } pageInfo { __typename hasNextPage endCursor } } } } }
      fragment ConnectionRow on Connection { __typename id label accountLabel status statusReason syncing lastSyncAt nextSyncAt version provider { __typename id name kind } }
      """#)

  public static let connections = Document(
    name: "Connections", kind: .query,
    hash: "490632487f256b9d4d28ac4987e9b2a4fe3242c7faf89ebd67c99476ddeff121",
    body: #"""
      query Connections { viewer { __typename id connections(first: 50) { __typename nodes { __typename ...ConnectionRow } } } integrationProviders { __typename id name kind data available unavailableReason settings { __typename name description } } }
      fragment ConnectionRow on Connection { __typename id label accountLabel status statusReason syncing lastSyncAt nextSyncAt version provider { __typename id name kind } }
      """#)

  public static let consentHistory = Document(
    name: "ConsentHistory", kind: .query,
    hash: "e1a2410b3bdabaf64cbc59c73af4585ec44ab7241a2307b2c8a5567c6f58b50f",
    body: #"""
      query ConsentHistory($first: Int = 50, $after: String) { viewer { __typename id aiConsentHistory(first: $first, after: $after) { __typename nodes { __typename ...ConsentRow } pageInfo { __typename hasNextPage endCursor } } } }
      fragment ConsentRow on AiConsent { __typename id provider dataClass disclosureVersion grantedAt withdrawnAt }
      """#)

  public static let conversation = Document(
    name: "Conversation", kind: .query,
    hash: "3eb2883f46e2c62b9164a30e675b190ed0bd91163639360b468017ad1bbb01d1",
    body: #"""
      query Conversation($id: ID!, $last: Int = 30, $before: String) { conversation(id: $id) { __typename ...ConversationRow contextIds contextGoals { __typename id title } contextLifeAreas { __typename id name } forkedFrom { __typename id title } messages(last: $last, before: $before) { __typename nodes { __typename ...MessageRow } pageInfo { __typename hasPreviousPage startCursor } } } }
      fragment ConversationRow on Conversation { __typename id title archived activeAt messageCount currentMessage { __typename id role status } version }
      fragment MessageRow on Message { __typename id role content status origin model provider endedBecause lastSequence parent { __typename id } siblings { __typename id } toolCalls { __typename ...ToolCallCard } createdAt version }
      fragment ToolCallCard on ToolCall { __typename id tool kind state title details { __typename name value objectId } confirmation tainted decidedAt version }
      """#)

  public static let conversations = Document(
    name: "Conversations", kind: .query,
    hash: "3743fc1e060631a4af6cdcdca407b8822b8d94ff7393b8ca544c0e39f6b6681d",
    body: #"""
      query Conversations($filter: ConversationFilter, $first: Int = 20, $after: String) { viewer { __typename id conversations(filter: $filter, first: $first, after: $after) { __typename nodes { __typename ...ConversationRow } pageInfo { __typename hasNextPage endCursor } } } }
      fragment ConversationRow on Conversation { __typename id title archived activeAt messageCount currentMessage { __typename id role status } version }
      """#)

  public static let createApiKey = Document(
    name: "CreateApiKey", kind: .mutation,
    hash: "f5d2770aa801b6c055b94f4d045fbf535891baee945a569d642b6d2b7aaa9ae0",
    body: #"""
      mutation CreateApiKey($input: CreateApiKeyInput!) { createApiKey(input: $input) { __typename apiKey { __typename ...ApiKeyRow } key errors { __typename code message path } } }
      fragment ApiKeyRow on ApiKey { __typename id name prefix scopes expiresAt lastUsedAt revokedAt createdAt }
      """#)

  public static let createAutomationRule = Document(
    name: "CreateAutomationRule", kind: .mutation,
    hash: "60c7406d65b389861a6a13069e4c9944a367a70ef9df0858b96d2e68fc13d7ec",
    body: #"""
      mutation CreateAutomationRule($input: CreateAutomationRuleInput!) { createAutomationRule(input: $input) { __typename automationRule { __typename id name active nextRunAt version } errors { __typename code message path } } }
      """#)

  public static let createConversation = Document(
    name: "CreateConversation", kind: .mutation,
    hash: "7405d44a43d12125cd3ef0666960c31d449c097dad59895dc936ad6f99ba21a4",
    body: #"""
      mutation CreateConversation($input: CreateConversationInput!) { createConversation(input: $input) { __typename conversation { __typename ...ConversationRow } errors { __typename code message path } } }
      fragment ConversationRow on Conversation { __typename id title archived activeAt messageCount currentMessage { __typename id role status } version }
      """#)

  public static let createGoal = Document(
    name: "CreateGoal", kind: .mutation,
    hash: "7f9ac7ccb36afbded24446c6e9264d2c9013aa9c1f1e2302edbc591f4d4c9574",
    body: #"""
      mutation CreateGoal($input: CreateGoalInput!) { createGoal(input: $input) { __typename goal { __typename ...OfflineGoal } errors { __typename code message path } } }
      fragment OfflineGoal on Goal { __typename ...GoalCard description direction cumulative aggregation frequency { __typename times period interval } rate { __typename amount period } startDate startValue autoComplete missingMeans pauses { __typename start end } customFields { __typename key text number boolean date } completedAt lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let createLifeArea = Document(
    name: "CreateLifeArea", kind: .mutation,
    hash: "b392c6cf3052a12103090beb20f05fbd84ad4fcb6b2dcd5d8b3352130a0f5c51",
    body: #"""
      mutation CreateLifeArea($input: CreateLifeAreaInput!) { createLifeArea(input: $input) { __typename lifeArea { __typename ...OfflineArea } errors { __typename code message path } } }
      fragment OfflineArea on LifeArea { __typename id areaKind: kind name description color icon active position customFields { __typename key label type unit options { __typename value label } required } version }
      """#)

  public static let createMemory = Document(
    name: "CreateMemory", kind: .mutation,
    hash: "52ea38a95c63174f36907a31279cc5594dbf6f2fd6aba1397fd9525caeed1b73",
    body: #"""
      mutation CreateMemory($input: CreateMemoryInput!) { createMemory(input: $input) { __typename memory { __typename ...MemoryRow } errors { __typename code message path } } }
      fragment MemoryRow on Memory { __typename id kind text source enabled createdAt version }
      """#)

  public static let createMilestone = Document(
    name: "CreateMilestone", kind: .mutation,
    hash: "3a5c7474737e002dabb6203c6e0a2cf17674e1d6f5f88cc441b793ca6d2715b7",
    body: #"""
      mutation CreateMilestone($input: CreateMilestoneInput!) { createMilestone(input: $input) { __typename milestone { __typename ...OfflineMilestone } goal { __typename ...OfflineGoal } errors { __typename code message path } } }
      fragment OfflineMilestone on Milestone { __typename id goal { __typename id } title description position dueDate reached reachedOn version }
      fragment OfflineGoal on Goal { __typename ...GoalCard description direction cumulative aggregation frequency { __typename times period interval } rate { __typename amount period } startDate startValue autoComplete missingMeans pauses { __typename start end } customFields { __typename key text number boolean date } completedAt lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let createProgressMapping = Document(
    name: "CreateProgressMapping", kind: .mutation,
    hash: "52798441675ebca9035e5b24eade6a09e6a144dd1be6ea015dbb281861cd670a",
    body: #"""
      mutation CreateProgressMapping($input: CreateProgressMappingInput!) { createProgressMapping(input: $input) { __typename progressMapping { __typename ...ProgressMappingRow } errors { __typename code message path } } }
      fragment ProgressMappingRow on ProgressMapping { __typename id goal { __typename id title } source metric matching currency aggregation factor since active problem version }
      """#)

  public static let createReminder = Document(
    name: "CreateReminder", kind: .mutation,
    hash: "c5b89a1ab188be0a1ae47e396f6a157168184b5ca7720afd46042ba402d34014",
    body: #"""
      mutation CreateReminder($input: CreateReminderInput!) { createReminder(input: $input) { __typename reminder { __typename ...ReminderRow } errors { __typename code message path } } }
      fragment ReminderRow on Reminder { __typename id kind message timeOfDay date weekdays daysBeforeDeadline followPace active nextOccurrenceAt goal { __typename id title } version }
      """#)

  public static let createResearchCategory = Document(
    name: "CreateResearchCategory", kind: .mutation,
    hash: "dd4c532cbf79d8b7642e679e981e8f56fed0c1a62ed95f399bd776eecf441a58",
    body: #"""
      mutation CreateResearchCategory($input: CreateResearchCategoryInput!) { createResearchCategory(input: $input) { __typename category { __typename ...ResearchCategoryRow } errors { __typename code message path } } }
      fragment ResearchCategoryRow on ResearchCategory { __typename id name description active pendingResultCount schedule { __typename kind text startDate startTime description timeZone nextRuns(count: 1) { __typename at localDate localTime } } version }
      """#)

  public static let dashboard = Document(
    name: "Dashboard", kind: .query,
    hash: "fe756907ca5889b21bde037ed1c6efe6268c2c99cc7bc3e8ba78a210ebbf7561",
    body: #"""
      query Dashboard { viewer { __typename id name researchCategories(first: 10, active: true) { __typename nodes { __typename id underWay: runs(states: [QUEUED, RUNNING], first: 1) { __typename nodes { __typename ...ResearchRunRow } } } } dashboard { __typename id urgencyLoad activeGoalCount todayProgress { __typename localDate dueCount doneCount fraction entryCount } goals(first: 8) { __typename ...GoalCard } recentAchievements(first: 3) { __typename id name earnedAt goal { __typename id title } } recentConversations(first: 3) { __typename id title activeAt } insights(first: 3) { __typename id title text evidence { __typename label value unit } } pendingResearchResults(first: 3) { __typename count nodes { __typename id title summary } } nextResearchRun { __typename category { __typename id name } run { __typename at } } unreadNotificationCount notifications(first: 3) { __typename ...NotificationRow } upcomingReminders(first: 3) { __typename id nextOccurrenceAt message goal { __typename id title } } connectionsNeedingAttention { __typename id label status } } } }
      fragment ResearchRunRow on ResearchRun { __typename id state trigger step dueAt startedAt endedAt progress { __typename planned fetched failed claims } error { __typename code message } category { __typename id name } }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      fragment NotificationRow on Notification { __typename id kind title body readAt createdAt subject { __typename id ... on Goal { title } ... on Achievement { name } ... on Milestone { title } ... on ResearchResult { title } ... on Insight { title } } }
      """#)

  public static let dataExportAddress = Document(
    name: "DataExportAddress", kind: .query,
    hash: "444f48cf461e7cc9e07817e31d9b65604820f60f413e57d5b0cfa9c98b49dad4",
    body: #"""
      query DataExportAddress($id: ID!) { node(id: $id) { __typename ... on DataExport { id status sha256 downloadUrl } } }
      """#)

  public static let dataExports = Document(
    name: "DataExports", kind: .query,
    hash: "8844372f0f3294babbecc61a6312343088f07f31c6818abef0ea0e4f23d4b19d",
    body: #"""
      query DataExports { viewer { __typename id dataExports { __typename ...DataExportRow } } }
      fragment DataExportRow on DataExport { __typename id status size createdAt finishedAt expiresAt }
      """#)

  public static let deleteAutomationRule = Document(
    name: "DeleteAutomationRule", kind: .mutation,
    hash: "3201159d8914f592c6a268b4d9c8fc9b04b76bce7abd413fc11e4d301b29aea9",
    body: #"""
      mutation DeleteAutomationRule($input: DeleteAutomationRuleInput!) { deleteAutomationRule(input: $input) { __typename automationRuleId errors { __typename code message path } } }
      """#)

  public static let deleteConversation = Document(
    name: "DeleteConversation", kind: .mutation,
    hash: "229733a66f62d910e0f03e40e9ae9bbad358eaac1201147a7a2e92a1a6ff7dbf",
    body: #"""
      mutation DeleteConversation($input: DeleteConversationInput!) { deleteConversation(input: $input) { __typename deletedId conversation { __typename ...ConversationRow } errors { __typename code message path } } }
      fragment ConversationRow on Conversation { __typename id title archived activeAt messageCount currentMessage { __typename id role status } version }
      """#)

  public static let deleteGoal = Document(
    name: "DeleteGoal", kind: .mutation,
    hash: "a66be05dd1f4d4d482a762a95b212d94434fb8bc620e8cd03fbb82a22276e812",
    body: #"""
      mutation DeleteGoal($input: DeleteGoalInput!) { deleteGoal(input: $input) { __typename deletedId goal { __typename ...OfflineGoal } errors { __typename code message path } } }
      fragment OfflineGoal on Goal { __typename ...GoalCard description direction cumulative aggregation frequency { __typename times period interval } rate { __typename amount period } startDate startValue autoComplete missingMeans pauses { __typename start end } customFields { __typename key text number boolean date } completedAt lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let deleteLifeArea = Document(
    name: "DeleteLifeArea", kind: .mutation,
    hash: "3c8e7099a9e1d82b1e2b57dfaa324c543ca1299f0543a74bf90bfe45541d2b1f",
    body: #"""
      mutation DeleteLifeArea($input: DeleteLifeAreaInput!) { deleteLifeArea(input: $input) { __typename deletedId lifeArea { __typename ...OfflineArea } errors { __typename code message path } } }
      fragment OfflineArea on LifeArea { __typename id areaKind: kind name description color icon active position customFields { __typename key label type unit options { __typename value label } required } version }
      """#)

  public static let deleteLifeAreaNote = Document(
    name: "DeleteLifeAreaNote", kind: .mutation,
    hash: "b898edb75950d2d13c10771a465edb770a75146f930940a628f02118fc4b11a8",
    body: #"""
      mutation DeleteLifeAreaNote($input: DeleteLifeAreaNoteInput!) { deleteLifeAreaNote(input: $input) { __typename deletedId note { __typename ...OfflineNote } errors { __typename code message path } } }
      fragment OfflineNote on LifeAreaNote { __typename id lifeArea { __typename id } text createdAt version }
      """#)

  public static let deleteMemory = Document(
    name: "DeleteMemory", kind: .mutation,
    hash: "ff51d5f935b76df4ccd949cd0ff88dfe4e23f0068113a106105af7936ee754dc",
    body: #"""
      mutation DeleteMemory($input: DeleteMemoryInput!) { deleteMemory(input: $input) { __typename deletedId memory { __typename ...MemoryRow } errors { __typename code message path } } }
      fragment MemoryRow on Memory { __typename id kind text source enabled createdAt version }
      """#)

  public static let deleteMilestone = Document(
    name: "DeleteMilestone", kind: .mutation,
    hash: "b6340ee94d4ad8b3b1a1895e294cb24c4b76de07c765fa8d29160760041100e6",
    body: #"""
      mutation DeleteMilestone($input: DeleteMilestoneInput!) { deleteMilestone(input: $input) { __typename deletedId milestone { __typename ...OfflineMilestone } goal { __typename ...OfflineGoal } errors { __typename code message path } } }
      fragment OfflineMilestone on Milestone { __typename id goal { __typename id } title description position dueDate reached reachedOn version }
      fragment OfflineGoal on Goal { __typename ...GoalCard description direction cumulative aggregation frequency { __typename times period interval } rate { __typename amount period } startDate startValue autoComplete missingMeans pauses { __typename start end } customFields { __typename key text number boolean date } completedAt lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let deleteNotification = Document(
    name: "DeleteNotification", kind: .mutation,
    hash: "bc00c8b2a001715fbfbfb52f3a366592a4d144f6b8b6edb92bb619b9464de225",
    body: #"""
      mutation DeleteNotification($input: DeleteNotificationInput!) { deleteNotification(input: $input) { __typename notificationId errors { __typename code message path } } }
      """#)

  public static let deleteProgressEntry = Document(
    name: "DeleteProgressEntry", kind: .mutation,
    hash: "cb5294a11369e85e40158d5f3f0d7815d02668397ad2f82af4d67d1caf528d2a",
    body: #"""
      mutation DeleteProgressEntry($input: DeleteProgressEntryInput!) { deleteProgressEntry(input: $input) { __typename deletedId entry { __typename ...OfflineEntry } goal { __typename ...OfflineGoal } errors { __typename code message path } } }
      fragment OfflineEntry on ProgressEntry { __typename id goal { __typename id } localDate occurredAt value skip note source version }
      fragment OfflineGoal on Goal { __typename ...GoalCard description direction cumulative aggregation frequency { __typename times period interval } rate { __typename amount period } startDate startValue autoComplete missingMeans pauses { __typename start end } customFields { __typename key text number boolean date } completedAt lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let deleteProgressMapping = Document(
    name: "DeleteProgressMapping", kind: .mutation,
    hash: "16fb4b38added84611ccd9c95821b104fb3a092ed55295c22d0e6e5edfa80aa7",
    body: #"""
      mutation DeleteProgressMapping($input: DeleteProgressMappingInput!) { deleteProgressMapping(input: $input) { __typename progressMappingId errors { __typename code message path } } }
      """#)

  public static let deleteReminder = Document(
    name: "DeleteReminder", kind: .mutation,
    hash: "4342eb52729af6e29c5fa8d87022191404ce98235ead5432c357822d8b119112",
    body: #"""
      mutation DeleteReminder($input: DeleteReminderInput!) { deleteReminder(input: $input) { __typename reminderId errors { __typename code message path } } }
      """#)

  public static let deleteResearchCategory = Document(
    name: "DeleteResearchCategory", kind: .mutation,
    hash: "93d18aa4c043aadab23127338264d3acad75a992a3d3a66b42941c23c1296b73",
    body: #"""
      mutation DeleteResearchCategory($input: DeleteResearchCategoryInput!) { deleteResearchCategory(input: $input) { __typename deletedId category { __typename ...ResearchCategoryRow } errors { __typename code message path } } }
      fragment ResearchCategoryRow on ResearchCategory { __typename id name description active pendingResultCount schedule { __typename kind text startDate startTime description timeZone nextRuns(count: 1) { __typename at localDate localTime } } version }
      """#)

  public static let deleteResearchResult = Document(
    name: "DeleteResearchResult", kind: .mutation,
    hash: "8200add30481ac8cb88cbc56e28dcca99a034f9fe11161192d26da0b40764de3",
    body: #"""
      mutation DeleteResearchResult($input: DeleteResearchResultInput!) { deleteResearchResult(input: $input) { __typename deletedId result { __typename ...ResearchResultRow } errors { __typename code message path } } }
      fragment ResearchResultRow on ResearchResult { __typename id title summary status researchDate category { __typename id name } version }
      """#)

  public static let deleteWebhook = Document(
    name: "DeleteWebhook", kind: .mutation,
    hash: "038719a61f61ccf1c30272955eddb2ad9cd8b017d948d43e053491f0bd43be40",
    body: #"""
      mutation DeleteWebhook($input: DeleteWebhookInput!) { deleteWebhook(input: $input) { __typename webhookId errors { __typename code message path } } }
      """#)

  public static let deviceConnections = Document(
    name: "DeviceConnections", kind: .query,
    hash: "a180cf15438a05ceaccf4c94ffb05950f22b95a67bf7de9197e9c6a9bea887eb",
    body: #"""
      query DeviceConnections { viewer { __typename id connections(first: 50) { __typename nodes { __typename ...DeviceConnectionRow } } } }
      fragment DeviceConnectionRow on Connection { __typename id status version provider { __typename id } device { __typename id } }
      """#)

  public static let disconnect = Document(
    name: "Disconnect", kind: .mutation,
    hash: "571c199c54fb0a45874b452ef73f279c1a6f8f92aa741863391367112b7415cd",
    body: #"""
      mutation Disconnect($input: DisconnectInput!) { disconnect(input: $input) { __typename connectionId errors { __typename code message path } } }
      """#)

  public static let dismissInsight = Document(
    name: "DismissInsight", kind: .mutation,
    hash: "97756d1e2a71ec3d38b23bc93bfe03a2541d123c066cd4694588457ed06e4020",
    body: #"""
      mutation DismissInsight($input: DismissInsightInput!) { dismissInsight(input: $input) { __typename insight { __typename id dismissedAt version } errors { __typename code message path } } }
      """#)

  public static let dryRunAutomationRule = Document(
    name: "DryRunAutomationRule", kind: .query,
    hash: "f6573dc590af19a40c40285b7479353aae83ca79d499f2358897232ee5612a7f",
    body: #"""
      query DryRunAutomationRule($input: DryRunAutomationRuleInput!) { dryRunAutomationRule(input: $input) { __typename run { __typename ...SimulatedRun } errors { __typename code message path } } }
      fragment SimulatedRun on SimulatedAutomationRun { __typename trigger at event subjectId localOccurrence value wouldRun reason conditions { __typename kind holds note } actions { __typename kind input problem } }
      """#)

  public static let editMessage = Document(
    name: "EditMessage", kind: .mutation,
    hash: "6e4ec39ea7fbe5457b6af511fc8b9ffdfb9ef326aae4324a1d31263e367bde34",
    body: #"""
      mutation EditMessage($input: EditMessageInput!) { editMessage(input: $input) { __typename message { __typename ...MessageRow } reply { __typename ...MessageRow } conversation { __typename ...ConversationRow } errors { __typename code message path } } }
      fragment MessageRow on Message { __typename id role content status origin model provider endedBecause lastSequence parent { __typename id } siblings { __typename id } toolCalls { __typename ...ToolCallCard } createdAt version }
      fragment ToolCallCard on ToolCall { __typename id tool kind state title details { __typename name value objectId } confirmation tainted decidedAt version }
      fragment ConversationRow on Conversation { __typename id title archived activeAt messageCount currentMessage { __typename id role status } version }
      """#)

  public static let forkConversation = Document(
    name: "ForkConversation", kind: .mutation,
    hash: "c0ec6e578fbc0c77aecbba9ac5f8b8d07e30312bf152f64baff13382221d913b",
    body: #"""
      mutation ForkConversation($input: ForkConversationInput!) { forkConversation(input: $input) { __typename conversation { __typename ...ConversationRow forkedFrom { __typename id } } errors { __typename code message path } } }
      fragment ConversationRow on Conversation { __typename id title archived activeAt messageCount currentMessage { __typename id role status } version }
      """#)

  public static let goalCompleted = Document(
    name: "GoalCompleted", kind: .subscription,
    hash: "7302ab2e47196e44d0938c7e810f454f5fe21a7f7c28ee5ea185c6db275969d7",
    body: #"""
      subscription GoalCompleted($after: ID) { goalCompleted(after: $after) { __typename event { __typename id at } goal { __typename ...GoalProgress completedAt achievements { __typename id name } } } }
      fragment GoalProgress on Goal { __typename id title status unit currentValue targetValue percent pace { __typename status safeDays dueText urgency } }
      """#)

  public static let goalCorrelations = Document(
    name: "GoalCorrelations", kind: .query,
    hash: "18ae3e227b1d5e3bf9b7d69bdd84e0a29f3a3a7da72d6a2faa5e5f7fd4146339",
    body: #"""
      query GoalCorrelations($range: DateRangeInput) { viewer { __typename id analytics { __typename correlations(range: $range) { __typename a { __typename id title } b { __typename id title } lag n r q effect } } } }
      """#)

  public static let goalDetail = Document(
    name: "GoalDetail", kind: .query,
    hash: "11e74fb4be55cc0d5f0a22eefe57528e7c8ab87be45331f45b6159f64b9ddf82",
    body: #"""
      query GoalDetail($id: ID!, $from: LocalDate, $entries: Int = 20, $after: String) { goal(id: $id) { __typename ...GoalCard description direction cumulative aggregation startDate startValue frequency { __typename times period interval } line { __typename startDate startValue deadline targetValue ratePerDay } forecast { __typename kind date earliest latest } lifeArea { __typename id name color } milestones { __typename id title dueDate reachedOn } achievements { __typename id name title localDate } reminders { __typename id kind timeOfDay nextOccurrenceAt } series(from: $from) { __typename localDate value skipped } entries(first: $entries, after: $after) { __typename nodes { __typename id localDate value note source version } pageInfo { __typename hasNextPage endCursor } } version } }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let grantAiConsent = Document(
    name: "GrantAiConsent", kind: .mutation,
    hash: "724416dedd277238c785e46a9f40445b695db39dfc8b653c68c514e273483e93",
    body: #"""
      mutation GrantAiConsent($input: GrantAiConsentInput!) { grantAiConsent(input: $input) { __typename consents { __typename ...ConsentRow } errors { __typename code message path } } }
      fragment ConsentRow on AiConsent { __typename id provider dataClass disclosureVersion grantedAt withdrawnAt }
      """#)

  public static let healthMetrics = Document(
    name: "HealthMetrics", kind: .query,
    hash: "f172684b4ccd6f7b9c5bb4641def2eab2ba35b630e61faa6c84cffb813e1bcb6",
    body: #"""
      query HealthMetrics { viewer { __typename healthMetrics { __typename ...HealthMetricRow } } }
      fragment HealthMetricRow on HealthMetric { __typename type unit aggregation source connection { __typename id label } sources { __typename source count latestAt connection { __typename id label } } }
      """#)

  public static let ingestCalendarEvents = Document(
    name: "IngestCalendarEvents", kind: .mutation,
    hash: "bd81585756f2b6b1a9d0b26c917db66bcadf9b6b1d637fc823f4ecb74c31e2cc",
    body: #"""
      mutation IngestCalendarEvents($input: IngestCalendarEventsInput!) { ingestCalendarEvents(input: $input) { __typename results { __typename ...IngestResultRow } counts { __typename ...IngestCountsRow } anchor errors { __typename code message path } } }
      fragment IngestResultRow on IngestResult { __typename outcome errors { __typename code message path } }
      fragment IngestCountsRow on IngestCounts { __typename created updated unchanged deleted rejected }
      """#)

  public static let ingestHealthSamples = Document(
    name: "IngestHealthSamples", kind: .mutation,
    hash: "eaeda87fc23dc09d29d12a2bd5deed7a2090930ac527f3b9f0b8ce7ad7ca7772",
    body: #"""
      mutation IngestHealthSamples($input: IngestHealthSamplesInput!) { ingestHealthSamples(input: $input) { __typename results { __typename ...IngestResultRow } counts { __typename ...IngestCountsRow } anchor errors { __typename code message path } } }
      fragment IngestResultRow on IngestResult { __typename outcome errors { __typename code message path } }
      fragment IngestCountsRow on IngestCounts { __typename created updated unchanged deleted rejected }
      """#)

  public static let ingestReminders = Document(
    name: "IngestReminders", kind: .mutation,
    hash: "7ed18941e2a41e55b7c46f365a42eba19cdec583ef145543502b885e587e1165",
    body: #"""
      mutation IngestReminders($input: IngestRemindersInput!) { ingestReminders(input: $input) { __typename results { __typename ...IngestResultRow } counts { __typename ...IngestCountsRow } anchor errors { __typename code message path } } }
      fragment IngestResultRow on IngestResult { __typename outcome errors { __typename code message path } }
      fragment IngestCountsRow on IngestCounts { __typename created updated unchanged deleted rejected }
      """#)

  public static let insights = Document(
    name: "Insights", kind: .query,
    hash: "686a3a3a7e1e02df61f5feb3760d889e9c59c2cc2100318a402df5a464fc26cb",
    body: #"""
      query Insights($filter: InsightFilter, $first: Int = 20, $after: String) { viewer { __typename id insights(filter: $filter, first: $first, after: $after) { __typename nodes { __typename ...InsightRow } pageInfo { __typename hasNextPage endCursor } } } }
      fragment InsightRow on Insight { __typename id kind title text origin evidence { __typename label value unit from to objectId document variables path } goals { __typename id title } readAt dismissedAt createdAt version }
      """#)

  public static let integrateResearchResult = Document(
    name: "IntegrateResearchResult", kind: .mutation,
    hash: "d8f3d0f007fc9769790a2cbdd45e32e4578e1fdd54ebc1691d7498b5aadc7e96",
    body: #"""
      mutation IntegrateResearchResult($input: IntegrateResearchResultInput!) { integrateResearchResult(input: $input) { __typename createdId result { __typename ...ResearchResultRow createdIds reviews { __typename fromStatus toStatus reason at actor { __typename kind id } } } errors { __typename code message path } } }
      fragment ResearchResultRow on ResearchResult { __typename id title summary status researchDate category { __typename id name } version }
      """#)

  public static let lifeAreas = Document(
    name: "LifeAreas", kind: .query,
    hash: "ba9de5d3965ea4977368349e3251aaf944511dcbb80acecc7a005fd58dc0096e",
    body: #"""
      query LifeAreas($goals: Int = 10) { viewer { __typename id lifeAreas(first: 50) { __typename nodes { __typename id kind name color icon active position activeGoalCount version goals(first: $goals, status: [ACTIVE]) { __typename nodes { __typename ...GoalCard } } } } } }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let logProgress = Document(
    name: "LogProgress", kind: .mutation,
    hash: "f35132a5de655ab855474c423cd0b918db8207f06d1c832272413e2ce4bd747b",
    body: #"""
      mutation LogProgress($input: LogProgressInput!) { logProgress(input: $input) { __typename entry { __typename ...OfflineEntry } goal { __typename ...OfflineGoal } errors { __typename code message path } } }
      fragment OfflineEntry on ProgressEntry { __typename id goal { __typename id } localDate occurredAt value skip note source version }
      fragment OfflineGoal on Goal { __typename ...GoalCard description direction cumulative aggregation frequency { __typename times period interval } rate { __typename amount period } startDate startValue autoComplete missingMeans pauses { __typename start end } customFields { __typename key text number boolean date } completedAt lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let markInsightsRead = Document(
    name: "MarkInsightsRead", kind: .mutation,
    hash: "f4f68811eba9191e2fb6142ca38b7efe7504c78c00ed357f434e68eaac6064fa",
    body: #"""
      mutation MarkInsightsRead($input: MarkInsightsReadInput!) { markInsightsRead(input: $input) { __typename insights { __typename id readAt version } errors { __typename code message path } } }
      """#)

  public static let markNotificationsRead = Document(
    name: "MarkNotificationsRead", kind: .mutation,
    hash: "39779d453c5da3b2847ef9da72b95a8fb9df934209c55c34346d1247213d83ee",
    body: #"""
      mutation MarkNotificationsRead($input: MarkNotificationsReadInput!) { markNotificationsRead(input: $input) { __typename count unreadNotificationCount notifications { __typename id readAt } errors { __typename code message path } } }
      """#)

  public static let memories = Document(
    name: "Memories", kind: .query,
    hash: "76d6d74f2c884d7a74191b9488b9b404669b0c1d152ca7908b6891c6a4ff7b50",
    body: #"""
      query Memories($filter: MemoryFilter, $first: Int = 20, $after: String) { viewer { __typename id memories(filter: $filter, first: $first, after: $after) { __typename nodes { __typename ...MemoryRow sourceMessage { __typename id conversation { __typename id title } } } pageInfo { __typename hasNextPage endCursor } } } }
      fragment MemoryRow on Memory { __typename id kind text source enabled createdAt version }
      """#)

  public static let messageStream = Document(
    name: "MessageStream", kind: .subscription,
    hash: "e7845395420ab26e596e8c4ea0a2d436c29b6a7478a54ccb1c724483025d933f",
    body: #"""
      subscription MessageStream($messageId: ID!, $after: Int! = 0) { messageStream(messageId: $messageId, after: $after) { __typename sequence kind text toolCallState toolCall { __typename ...ToolCallCard } usage { __typename provider model inputTokens outputTokens cost } status } }
      fragment ToolCallCard on ToolCall { __typename id tool kind state title details { __typename name value objectId } confirmation tainted decidedAt version }
      """#)

  public static let notificationCreated = Document(
    name: "NotificationCreated", kind: .subscription,
    hash: "bf73f28280e229fdc1c23eab5571064366ff365463d9452cd4143bbf44266168",
    body: #"""
      subscription NotificationCreated($after: ID) { notificationCreated(after: $after) { __typename event { __typename id at } notification { __typename ...NotificationRow } } }
      fragment NotificationRow on Notification { __typename id kind title body readAt createdAt subject { __typename id ... on Goal { title } ... on Achievement { name } ... on Milestone { title } ... on ResearchResult { title } ... on Insight { title } } }
      """#)

  public static let notificationSettings = Document(
    name: "NotificationSettings", kind: .query,
    hash: "dcb58e5380d6260a326ccb6f8493cb3c3bae4699ed85694efaaa8110121dcc66",
    body: #"""
      query NotificationSettings { viewer { __typename notificationSettings { __typename ...NotificationSettingsRow } } }
      fragment NotificationSettingsRow on NotificationSettings { __typename preferences { __typename kind inApp push digest } quietHours { __typename from to exceptKinds } pushPreview digestAt version }
      """#)

  public static let notificationUpdated = Document(
    name: "NotificationUpdated", kind: .subscription,
    hash: "c87bff05899509679d9159f1ee8f895a0333432b5bfda15b1432e7ee595a28b2",
    body: #"""
      subscription NotificationUpdated($after: ID) { notificationUpdated(after: $after) { __typename event { __typename id at } notificationId notification { __typename id readAt snoozedUntil version } unreadNotificationCount } }
      """#)

  public static let notifications = Document(
    name: "Notifications", kind: .query,
    hash: "91268c785116d16659f465060328ecafc760ae5a58a6db90b2ee35a1a8c7f0dc",
    body: #"""
      query Notifications($filter: NotificationFilter, $first: Int = 20, $after: String) { viewer { __typename unreadNotificationCount notifications(filter: $filter, first: $first, after: $after) { __typename nodes { __typename ...NotificationRow snoozedUntil quiet } pageInfo { __typename hasNextPage endCursor } } } }
      fragment NotificationRow on Notification { __typename id kind title body readAt createdAt subject { __typename id ... on Goal { title } ... on Achievement { name } ... on Milestone { title } ... on ResearchResult { title } ... on Insight { title } } }
      """#)

  public static let offlineAreas = Document(
    name: "OfflineAreas", kind: .query,
    hash: "58584e069e3583321157adb176a5b2e527be5db02c50f014a2e9c3262091b689",
    body: #"""
      query OfflineAreas($after: String) { viewer { __typename id lifeAreas(first: 100, after: $after) { __typename nodes { __typename ...OfflineArea } pageInfo { __typename hasNextPage endCursor } } } }
      fragment OfflineArea on LifeArea { __typename id areaKind: kind name description color icon active position customFields { __typename key label type unit options { __typename value label } required } version }
      """#)

  public static let offlineEntries = Document(
    name: "OfflineEntries", kind: .query,
    hash: "9fa261c0c53372e255e9e5cc0451fb7459617f1de9f3a6eb91319d95d90fcbf8",
    body: #"""
      query OfflineEntries($goalId: ID!, $after: String) { goal(id: $goalId) { __typename id milestones { __typename ...OfflineMilestone } entries(first: 100, after: $after) { __typename nodes { __typename ...OfflineEntry } pageInfo { __typename hasNextPage endCursor } } } }
      fragment OfflineMilestone on Milestone { __typename id goal { __typename id } title description position dueDate reached reachedOn version }
      fragment OfflineEntry on ProgressEntry { __typename id goal { __typename id } localDate occurredAt value skip note source version }
      """#)

  public static let offlineGoals = Document(
    name: "OfflineGoals", kind: .query,
    hash: "648a0216990692c7653ee3601d186cccafb9abcca66480da4003606f8f35cf63",
    body: #"""
      query OfflineGoals($after: String) { viewer { __typename id goals(first: 100, after: $after) { __typename nodes { __typename ...OfflineGoal } pageInfo { __typename hasNextPage endCursor } } } }
      fragment OfflineGoal on Goal { __typename ...GoalCard description direction cumulative aggregation frequency { __typename times period interval } rate { __typename amount period } startDate startValue autoComplete missingMeans pauses { __typename start end } customFields { __typename key text number boolean date } completedAt lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let offlineGoalsAgain = Document(
    name: "OfflineGoalsAgain", kind: .query,
    hash: "c9228aab9681b07223df13702ff373839fb4c4f96edbdfe3aaf20fa97c2ec37a",
    body: #"""
      query OfflineGoalsAgain($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Goal { ...OfflineGoal } } }
      fragment OfflineGoal on Goal { __typename ...GoalCard description direction cumulative aggregation frequency { __typename times period interval } rate { __typename amount period } startDate startValue autoComplete missingMeans pauses { __typename start end } customFields { __typename key text number boolean date } completedAt lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let offlineNotes = Document(
    name: "OfflineNotes", kind: .query,
    hash: "43fb798dc38c2c2c81dc973a40e7c48ea7993e53added560088ecad8504a7ac1",
    body: #"""
      query OfflineNotes($areaId: ID!, $after: String) { node(id: $areaId) { __typename id ... on LifeArea { notes(first: 100, after: $after) { __typename nodes { __typename ...OfflineNote } pageInfo { __typename hasNextPage endCursor } } } } }
      fragment OfflineNote on LifeAreaNote { __typename id lifeArea { __typename id } text createdAt version }
      """#)

  public static let pingWebhook = Document(
    name: "PingWebhook", kind: .mutation,
    hash: "7602979c2bb0fa082924ae877ed6ad8cb4fc27d62f76cc2e7ba5d75f30363503",
    body: #"""
      mutation PingWebhook($input: PingWebhookInput!) { pingWebhook(input: $input) { __typename delivery { __typename ...WebhookDeliveryRow } errors { __typename code message path } } }
      fragment WebhookDeliveryRow on WebhookDelivery { __typename id messageId eventId eventType eventAt round state attempts nextAttemptAt lastStatus outcome }
      """#)

  public static let previewResearchSchedule = Document(
    name: "PreviewResearchSchedule", kind: .query,
    hash: "375cf6a6440fb7bde5e48c606657df651a88618e4bdae672b066285be68edc45",
    body: #"""
      query PreviewResearchSchedule($schedule: ResearchScheduleInput!) { researchSchedulePreview(schedule: $schedule) { __typename description nextRuns(count: 5) { __typename at localDate localTime offset } } }
      """#)

  public static let progressMappings = Document(
    name: "ProgressMappings", kind: .query,
    hash: "1a2b553504ff8029796840d34e8e297d8d33636f3ec567dbd9ab10e35b815822",
    body: #"""
      query ProgressMappings($first: Int = 20, $after: String) { viewer { __typename progressMappings(first: $first, after: $after) { __typename nodes { __typename ...ProgressMappingRow } pageInfo { __typename hasNextPage endCursor } } } }
      fragment ProgressMappingRow on ProgressMapping { __typename id goal { __typename id title } source metric matching currency aggregation factor since active problem version }
      """#)

  public static let progressReview = Document(
    name: "ProgressReview", kind: .query,
    hash: "32209937e7b0ece0750b6c2bdc7d5b8e52fe3c64f37f3bc559cf43c532e8a7f9",
    body: #"""
      query ProgressReview($range: DateRangeInput!, $bucket: TimeBucket!) { viewer { __typename id analytics { __typename progress(range: $range, bucket: $bucket) { __typename goal { __typename id title unit kind direction cumulative } buckets { __typename start sum mean days skippedDays entries } } trends(range: $range) { __typename goal { __typename id } direction changePercent } } achievements(first: 50) { __typename nodes { __typename id name localDate earnedAt goal { __typename id title } } } } }
      """#)

  public static let progressUpdated = Document(
    name: "ProgressUpdated", kind: .subscription,
    hash: "f7194fe264ed3a37d00afceb886e16aac4979e27ab7740354d5f24e82b63e230",
    body: #"""
      subscription ProgressUpdated($after: ID) { progressUpdated(after: $after) { __typename event { __typename id at } entry { __typename id localDate value } goal { __typename ...GoalProgress } } }
      fragment GoalProgress on Goal { __typename id title status unit currentValue targetValue percent pace { __typename status safeDays dueText urgency } }
      """#)

  public static let refreshSession = Document(
    name: "RefreshSession", kind: .mutation,
    hash: "ab94f394a177f50864510e44fd7d9b3c7861be179533170246edee170a9fac6e",
    body: #"""
      mutation RefreshSession($input: RefreshSessionInput!) { refreshSession(input: $input) { __typename ...Tokens } }
      fragment Tokens on AuthPayload { __typename accessToken accessTokenExpiresAt refreshToken user { __typename id } errors { __typename code message path } }
      """#)

  public static let regenerateMessage = Document(
    name: "RegenerateMessage", kind: .mutation,
    hash: "4e1c635da025f949d5b0c30665bb9b07d2ae6228ca4a14ae9d3866b1761e2295",
    body: #"""
      mutation RegenerateMessage($input: RegenerateMessageInput!) { regenerateMessage(input: $input) { __typename reply { __typename ...MessageRow } conversation { __typename ...ConversationRow } errors { __typename code message path } } }
      fragment MessageRow on Message { __typename id role content status origin model provider endedBecause lastSequence parent { __typename id } siblings { __typename id } toolCalls { __typename ...ToolCallCard } createdAt version }
      fragment ToolCallCard on ToolCall { __typename id tool kind state title details { __typename name value objectId } confirmation tainted decidedAt version }
      fragment ConversationRow on Conversation { __typename id title archived activeAt messageCount currentMessage { __typename id role status } version }
      """#)

  public static let registerDevice = Document(
    name: "RegisterDevice", kind: .mutation,
    hash: "82728b5d01a4828bd19a875c9b4ebcf247de9f9dc86b491f5529fd80f6220ea9",
    body: #"""
      mutation RegisterDevice($input: RegisterDeviceInput!) { registerDevice(input: $input) { __typename device { __typename id name platform pushEnabled } errors { __typename code message path } } }
      """#)

  public static let rejectResearchResult = Document(
    name: "RejectResearchResult", kind: .mutation,
    hash: "a6e47bddf6de9b37b99453a704d0a2258843757c3c439b99f34dd45cc824d743",
    body: #"""
      mutation RejectResearchResult($input: RejectResearchResultInput!) { rejectResearchResult(input: $input) { __typename result { __typename ...ResearchResultRow reviews { __typename fromStatus toStatus reason at actor { __typename kind id } } } errors { __typename code message path } } }
      fragment ResearchResultRow on ResearchResult { __typename id title summary status researchDate category { __typename id name } version }
      """#)

  public static let rejectToolCall = Document(
    name: "RejectToolCall", kind: .mutation,
    hash: "3dc80fcbe851ac061e4276d02255ea6aaa6a7fdcf3c8b3e1e1d0545eba75ed2f",
    body: #"""
      mutation RejectToolCall($input: RejectToolCallInput!) { rejectToolCall(input: $input) { __typename toolCall { __typename ...ToolCallCard } errors { __typename code message path } } }
      fragment ToolCallCard on ToolCall { __typename id tool kind state title details { __typename name value objectId } confirmation tainted decidedAt version }
      """#)

  public static let reminders = Document(
    name: "Reminders", kind: .query,
    hash: "484280ae323682c94562bb2d88ea9cb23fe440c174de5dd97bdfbc475c13c285",
    body: #"""
      query Reminders($filter: ReminderFilter, $first: Int = 20, $after: String) { viewer { __typename reminders(filter: $filter, first: $first, after: $after) { __typename nodes { __typename ...ReminderRow } pageInfo { __typename hasNextPage endCursor } } } }
      fragment ReminderRow on Reminder { __typename id kind message timeOfDay date weekdays daysBeforeDeadline followPace active nextOccurrenceAt goal { __typename id title } version }
      """#)

  public static let removeDevice = Document(
    name: "RemoveDevice", kind: .mutation,
    hash: "8a0ee61911f057d28d05d26cad2d57ebe1467d3d3f321b608d2f72b6716839d3",
    body: #"""
      mutation RemoveDevice($input: RemoveDeviceInput!) { removeDevice(input: $input) { __typename id errors { __typename code message path } } }
      """#)

  public static let reopenGoal = Document(
    name: "ReopenGoal", kind: .mutation,
    hash: "02f230010b01805c08eca91649229467ef83da16921a8b34e217584a53f70a9b",
    body: #"""
      mutation ReopenGoal($input: ReopenGoalInput!) { reopenGoal(input: $input) { __typename goal { __typename ...OfflineGoal } errors { __typename code message path } } }
      fragment OfflineGoal on Goal { __typename ...GoalCard description direction cumulative aggregation frequency { __typename times period interval } rate { __typename amount period } startDate startValue autoComplete missingMeans pauses { __typename start end } customFields { __typename key text number boolean date } completedAt lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let reorderLifeAreas = Document(
    name: "ReorderLifeAreas", kind: .mutation,
    hash: "f3d66f5410e0d1646ebf47415f15b296be795776c3fddfed10a0c9fe6f92f077",
    body: #"""
      mutation ReorderLifeAreas($input: ReorderLifeAreasInput!) { reorderLifeAreas(input: $input) { __typename lifeAreas { __typename ...OfflineArea } errors { __typename code message path } } }
      fragment OfflineArea on LifeArea { __typename id areaKind: kind name description color icon active position customFields { __typename key label type unit options { __typename value label } required } version }
      """#)

  public static let replyDetail = Document(
    name: "ReplyDetail", kind: .query,
    hash: "c621ba82c2b1091db696b283383c6b9043ef32b0b402f1792d21bed4321b3342",
    body: #"""
      query ReplyDetail($messageId: ID!) { node(id: $messageId) { __typename id ... on Message { provider model endedBecause context { __typename kind label objectId tokens omitted } toolCalls { __typename ...ToolCallCard document variables result } aiCalls { __typename ...AiCallRow } } } }
      fragment ToolCallCard on ToolCall { __typename id tool kind state title details { __typename name value objectId } confirmation tainted decidedAt version }
      fragment AiCallRow on AiCall { __typename id purpose subjectId provider model dataClasses outcome inputTokens cachedInputTokens outputTokens estimated cost latencyMs startedAt }
      """#)

  public static let requestAccountDeletion = Document(
    name: "RequestAccountDeletion", kind: .mutation,
    hash: "f3ece85e129527390f3dc571b17092cac8e382e0516f49c26968941e38b0330d",
    body: #"""
      mutation RequestAccountDeletion { requestAccountDeletion { __typename challenge errors { __typename code message path } } }
      """#)

  public static let requestDataExport = Document(
    name: "RequestDataExport", kind: .mutation,
    hash: "6f7a075b2360b8c9869d37a17f0829ee904a7a662bf59e055aebbf05a4099ab0",
    body: #"""
      mutation RequestDataExport { requestDataExport { __typename dataExport { __typename ...DataExportRow } errors { __typename code message path } } }
      fragment DataExportRow on DataExport { __typename id status size createdAt finishedAt expiresAt }
      """#)

  public static let researchCategories = Document(
    name: "ResearchCategories", kind: .query,
    hash: "3ec92e1d5f9cdaa1f0708e97d57f3b6465e0cf4f38edee3b5698edc09d423d66",
    body: #"""
      query ResearchCategories($first: Int = 20, $after: String, $active: Boolean) { viewer { __typename researchCategories(first: $first, after: $after, active: $active) { __typename nodes { __typename ...ResearchCategoryRow underWay: runs(states: [QUEUED, RUNNING], first: 1) { __typename nodes { __typename ...ResearchRunRow } } } pageInfo { __typename hasNextPage endCursor } } } }
      fragment ResearchCategoryRow on ResearchCategory { __typename id name description active pendingResultCount schedule { __typename kind text startDate startTime description timeZone nextRuns(count: 1) { __typename at localDate localTime } } version }
      fragment ResearchRunRow on ResearchRun { __typename id state trigger step dueAt startedAt endedAt progress { __typename planned fetched failed claims } error { __typename code message } category { __typename id name } }
      """#)

  public static let researchCategoryDetail = Document(
    name: "ResearchCategoryDetail", kind: .query,
    hash: "39b0697ee6b4d8e988f71345bec60af62ddd1bbf190845908712c4f7fe7fc976",
    body: #"""
      query ResearchCategoryDetail($id: ID!, $filter: ResearchResultFilter, $first: Int = 20, $after: String) { researchCategory(id: $id) { __typename ...ResearchCategoryRow prompt sources missedRunPolicy schedule { __typename nextFive: nextRuns(count: 5) { __typename at localDate localTime offset } } underWay: runs(states: [QUEUED, RUNNING], first: 1) { __typename nodes { __typename ...ResearchRunRow } } results(filter: $filter, first: $first, after: $after) { __typename nodes { __typename ...ResearchResultRow } pageInfo { __typename hasNextPage endCursor } } } }
      fragment ResearchCategoryRow on ResearchCategory { __typename id name description active pendingResultCount schedule { __typename kind text startDate startTime description timeZone nextRuns(count: 1) { __typename at localDate localTime } } version }
      fragment ResearchRunRow on ResearchRun { __typename id state trigger step dueAt startedAt endedAt progress { __typename planned fetched failed claims } error { __typename code message } category { __typename id name } }
      fragment ResearchResultRow on ResearchResult { __typename id title summary status researchDate category { __typename id name } version }
      """#)

  public static let researchCompleted = Document(
    name: "ResearchCompleted", kind: .subscription,
    hash: "037d8771b15ea84cb72c0e220012e7876b14bca95e440b4a406efff64aa7b052",
    body: #"""
      subscription ResearchCompleted($after: ID) { researchCompleted(after: $after) { __typename event { __typename id at } run { __typename ...ResearchRunRow } result { __typename ...ResearchResultRow } } }
      fragment ResearchRunRow on ResearchRun { __typename id state trigger step dueAt startedAt endedAt progress { __typename planned fetched failed claims } error { __typename code message } category { __typename id name } }
      fragment ResearchResultRow on ResearchResult { __typename id title summary status researchDate category { __typename id name } version }
      """#)

  public static let researchProgress = Document(
    name: "ResearchProgress", kind: .subscription,
    hash: "6631e1ff0cb850cb26eddc7309ab20e6d5c6419e8ff4ef34a0f152d3d014c3bc",
    body: #"""
      subscription ResearchProgress($runId: ID, $after: ID) { researchProgress(runId: $runId, after: $after) { __typename event { __typename id at } run { __typename ...ResearchRunRow } } }
      fragment ResearchRunRow on ResearchRun { __typename id state trigger step dueAt startedAt endedAt progress { __typename planned fetched failed claims } error { __typename code message } category { __typename id name } }
      """#)

  public static let researchReport = Document(
    name: "ResearchReport", kind: .query,
    hash: "27da18c6eeecbc21fb82227c9cc32ec4a020a99c7fdd368e6dfa20d659858f7a",
    body: #"""
      query ResearchReport($categoryIds: [ID!], $from: LocalDate, $to: LocalDate, $statuses: [ResearchStatus!]! = [APPROVED, INTEGRATED]) { viewer { __typename researchReport( categoryIds: $categoryIds from: $from to: $to statuses: $statuses ) { __typename title from to resultCount markdown html } } }
      """#)

  public static let researchResultDetail = Document(
    name: "ResearchResultDetail", kind: .query,
    hash: "41835385b5e5799b913f9f516a20543a6f842c9184face23ff2d9e09372bed0e",
    body: #"""
      query ResearchResultDetail($id: ID!) { researchResult(id: $id) { __typename ...ResearchResultRow content claims { __typename text quote verdict source { __typename url title hash } } sources { __typename url title fetchedAt hash } reviews { __typename fromStatus toStatus reason at actor { __typename kind id } } createdIds run { __typename id } createdAt } }
      fragment ResearchResultRow on ResearchResult { __typename id title summary status researchDate category { __typename id name } version }
      """#)

  public static let researchResults = Document(
    name: "ResearchResults", kind: .query,
    hash: "70f505cc7a5a1366c5d7feeb539335e165a39efa682fb70c23df4cfa962019a7",
    body: #"""
      query ResearchResults($filter: ResearchResultFilter, $first: Int = 20, $after: String) { viewer { __typename researchResults(filter: $filter, first: $first, after: $after) { __typename nodes { __typename ...ResearchResultRow } pageInfo { __typename hasNextPage endCursor } } } }
      fragment ResearchResultRow on ResearchResult { __typename id title summary status researchDate category { __typename id name } version }
      """#)

  public static let researchRunDetail = Document(
    name: "ResearchRunDetail", kind: .query,
    hash: "b3ef8f2d43c17dbab33938063ee121cea3d9a74caa443034f00f5b1d1f3084c2",
    body: #"""
      query ResearchRunDetail($id: ID!) { researchRun(id: $id) { __typename ...ResearchRunRow localOccurrence cost steps { __typename step state startedAt endedAt note } failures { __typename url code message } result { __typename ...ResearchResultRow } changes { __typename since { __typename id title } newClaims { __typename text quote verdict } goneClaims { __typename text } newSources { __typename url title } } } }
      fragment ResearchRunRow on ResearchRun { __typename id state trigger step dueAt startedAt endedAt progress { __typename planned fetched failed claims } error { __typename code message } category { __typename id name } }
      fragment ResearchResultRow on ResearchResult { __typename id title summary status researchDate category { __typename id name } version }
      """#)

  public static let researchRuns = Document(
    name: "ResearchRuns", kind: .query,
    hash: "696959ad799da5a893364d3c48502e26bdacdb3a007c9f506fe83338c609a9ee",
    body: #"""
      query ResearchRuns($categoryId: ID!, $first: Int = 20, $after: String) { researchCategory(id: $categoryId) { __typename id nextRunAt runs(first: $first, after: $after) { __typename nodes { __typename ...ResearchRunRow } pageInfo { __typename hasNextPage endCursor } } } }
      fragment ResearchRunRow on ResearchRun { __typename id state trigger step dueAt startedAt endedAt progress { __typename planned fetched failed claims } error { __typename code message } category { __typename id name } }
      """#)

  public static let researchSources = Document(
    name: "ResearchSources", kind: .query,
    hash: "c0fa37e772a1ad0f4e34be8ec17ee96c591ad184f216c9e6fd361413550132c6",
    body: #"""
      query ResearchSources($id: ID!) { researchResult(id: $id) { __typename id sources { __typename url title hash snapshot { __typename finalUrl text publishedAt fetchedAt checkedAt } } } }
      """#)

  public static let retryAutomationRun = Document(
    name: "RetryAutomationRun", kind: .mutation,
    hash: "931afae15a738366711a9f98f8c98d3ca10e080ee3f0f3d050d8be9ac1c7a089",
    body: #"""
      mutation RetryAutomationRun($input: RetryAutomationRunInput!) { retryAutomationRun(input: $input) { __typename run { __typename ...AutomationRunRow } errors { __typename code message path } } }
      fragment AutomationRunRow on AutomationRun { __typename id state trigger event subjectId localOccurrence value reason message retryAt createdAt startedAt endedAt }
      """#)

  public static let retryResearchRun = Document(
    name: "RetryResearchRun", kind: .mutation,
    hash: "48a5e0504e68e76dcb93319330826e8547bd24b17392f2f6db38dd57aa20d068",
    body: #"""
      mutation RetryResearchRun($input: RetryResearchRunInput!) { retryResearchRun(input: $input) { __typename run { __typename ...ResearchRunRow } errors { __typename code message path } } }
      fragment ResearchRunRow on ResearchRun { __typename id state trigger step dueAt startedAt endedAt progress { __typename planned fetched failed claims } error { __typename code message } category { __typename id name } }
      """#)

  public static let revokeApiKey = Document(
    name: "RevokeApiKey", kind: .mutation,
    hash: "98eeef7dc9d996ab8b0e38333215073877098b81d25f7d13660601fb399b0dc9",
    body: #"""
      mutation RevokeApiKey($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { __typename apiKey { __typename ...ApiKeyRow } errors { __typename code message path } } }
      fragment ApiKeyRow on ApiKey { __typename id name prefix scopes expiresAt lastUsedAt revokedAt createdAt }
      """#)

  public static let revokeOtherSessions = Document(
    name: "RevokeOtherSessions", kind: .mutation,
    hash: "afe1cc5411ffa83efa80822d7a2f7ab9eb732f5cb890ca793d848b0d74a31d58",
    body: #"""
      mutation RevokeOtherSessions { revokeOtherSessions { __typename count errors { __typename code message path } } }
      """#)

  public static let revokeSession = Document(
    name: "RevokeSession", kind: .mutation,
    hash: "2408507f85fb5c6cefc2f1c053dfb75c7344feebc3922e866548388b6a9da1c8",
    body: #"""
      mutation RevokeSession($input: RevokeSessionInput!) { revokeSession(input: $input) { __typename id errors { __typename code message path } } }
      """#)

  public static let rotateIncomingSecret = Document(
    name: "RotateIncomingSecret", kind: .mutation,
    hash: "ffc7fe7073e3b76e7a6af25617207b31285a8f3902a33c2ead694af38f1ee75d",
    body: #"""
      mutation RotateIncomingSecret($input: RotateIncomingSecretInput!) { rotateIncomingSecret(input: $input) { __typename connection { __typename ...ConnectionRow } secret errors { __typename code message path } } }
      fragment ConnectionRow on Connection { __typename id label accountLabel status statusReason syncing lastSyncAt nextSyncAt version provider { __typename id name kind } }
      """#)

  public static let runAutomationRule = Document(
    name: "RunAutomationRule", kind: .mutation,
    hash: "532fdd9962f6fa797ccf03baa5be250526c5f100fd363a7c7309014c25557934",
    body: #"""
      mutation RunAutomationRule($input: RunAutomationRuleInput!) { runAutomationRule(input: $input) { __typename run { __typename ...AutomationRunRow } errors { __typename code message path } } }
      fragment AutomationRunRow on AutomationRun { __typename id state trigger event subjectId localOccurrence value reason message retryAt createdAt startedAt endedAt }
      """#)

  public static let searchMessages = Document(
    name: "SearchMessages", kind: .query,
    hash: "49c18a71e84aafa63f2b48c4625e721a6e7efe77818d4f736058d39ad4dc5a77",
    body: #"""
      query SearchMessages($query: String!, $first: Int = 20, $after: String) { viewer { __typename id searchMessages(query: $query, first: $first, after: $after) { __typename nodes { __typename message { __typename id role createdAt conversation { __typename id title } } excerpt { __typename text found } } pageInfo { __typename hasNextPage endCursor } } } }
      """#)

  public static let searchResearch = Document(
    name: "SearchResearch", kind: .query,
    hash: "5f34cdac8f65715d6670b8fe33f3442e7f8ba858176282abd67b5daf91225c3f",
    body: #"""
      query SearchResearch($query: String!, $first: Int = 20, $after: String) { viewer { __typename searchResearch(query: $query, first: $first, after: $after) { __typename nodes { __typename result { __typename ...ResearchResultRow } excerpt { __typename text found } } pageInfo { __typename hasNextPage endCursor } } } }
      fragment ResearchResultRow on ResearchResult { __typename id title summary status researchDate category { __typename id name } version }
      """#)

  public static let sendMessage = Document(
    name: "SendMessage", kind: .mutation,
    hash: "59d7f66e8e4875c0fac515bb12f19590e9320a88867fa128c1eadc9988adc5bd",
    body: #"""
      mutation SendMessage($input: SendMessageInput!) { sendMessage(input: $input) { __typename message { __typename ...MessageRow } reply { __typename ...MessageRow } conversation { __typename ...ConversationRow } errors { __typename code message path } } }
      fragment MessageRow on Message { __typename id role content status origin model provider endedBecause lastSequence parent { __typename id } siblings { __typename id } toolCalls { __typename ...ToolCallCard } createdAt version }
      fragment ToolCallCard on ToolCall { __typename id tool kind state title details { __typename name value objectId } confirmation tainted decidedAt version }
      fragment ConversationRow on Conversation { __typename id title archived activeAt messageCount currentMessage { __typename id role status } version }
      """#)

  public static let sendTestNotification = Document(
    name: "SendTestNotification", kind: .mutation,
    hash: "02f98698da9c89dd143380956fbc661cbf11208d8a97b08433197e112f9406cb",
    body: #"""
      mutation SendTestNotification { sendTestNotification { __typename notification { __typename id pushNone } devices { __typename device { __typename id name } push { __typename state reason } explanation } errors { __typename code message path } } }
      """#)

  public static let serverInfo = Document(
    name: "ServerInfo", kind: .query,
    hash: "6aef74a15cb0d2ec480d6cc91df89aa3b3af8793c03353c48cc829b6ae69741c",
    body: #"""
      query ServerInfo { serverInfo { __typename version appleSignIn developmentSignIn } }
      """#)

  public static let settings = Document(
    name: "Settings", kind: .query,
    hash: "e8c60cffeadb5d065e0172aa57634d41cb57ceed5e2720bd99bfabd994cbdbe1",
    body: #"""
      query Settings { viewer { __typename ...Profile sessions { __typename id current userAgent createdAt lastUsedAt expiresAt device { __typename id name platform } } devices { __typename id name platform appVersion pushEnabled lastSeenAt } apiKeys { __typename ...ApiKeyRow } aiConsents(active: true) { __typename id provider dataClass grantedAt } notificationSettings { __typename ...NotificationSettingsRow } connections(first: 20) { __typename nodes { __typename id label status } } deletion { __typename requestedAt scheduledAt } } }
      fragment Profile on User { __typename id name email locale timeZone dayStartMinutes weekStart settings { __typename appearance units assistantMemory usageStatistics } version }
      fragment ApiKeyRow on ApiKey { __typename id name prefix scopes expiresAt lastUsedAt revokedAt createdAt }
      fragment NotificationSettingsRow on NotificationSettings { __typename preferences { __typename kind inApp push digest } quietHours { __typename from to exceptKinds } pushPreview digestAt version }
      """#)

  public static let signInForDevelopment = Document(
    name: "SignInForDevelopment", kind: .mutation,
    hash: "64d0ab3c238a52397a2792eef77b591980007ac5c00c34610f8030eb95155407",
    body: #"""
      mutation SignInForDevelopment($input: SignInForDevelopmentInput!) { signInForDevelopment(input: $input) { __typename ...Tokens } }
      fragment Tokens on AuthPayload { __typename accessToken accessTokenExpiresAt refreshToken user { __typename id } errors { __typename code message path } }
      """#)

  public static let signInWithApple = Document(
    name: "SignInWithApple", kind: .mutation,
    hash: "6c0f4fe7341849940f4186397e9d3693c03a0fe6543b38e37eb533aa88e7346d",
    body: #"""
      mutation SignInWithApple($input: SignInWithAppleInput!) { signInWithApple(input: $input) { __typename ...Tokens } }
      fragment Tokens on AuthPayload { __typename accessToken accessTokenExpiresAt refreshToken user { __typename id } errors { __typename code message path } }
      """#)

  public static let signOut = Document(
    name: "SignOut", kind: .mutation,
    hash: "97a2d682e5d484743158a5f0cebe9953a702f60df73c04c2517a8ab85af27e52",
    body: #"""
      mutation SignOut { signOut { __typename errors { __typename code message path } } }
      """#)

  public static let simulateAutomationRule = Document(
    name: "SimulateAutomationRule", kind: .query,
    hash: "1ca6d0a0a3800abb77f959c465ba041ae4bbb15f445f1b8b52bcf4f76649fff4",
    body: #"""
      query SimulateAutomationRule($input: SimulateAutomationRuleInput!) { simulateAutomationRule(input: $input) { __typename events truncated notes runs { __typename ...SimulatedRun } errors { __typename code message path } } }
      fragment SimulatedRun on SimulatedAutomationRun { __typename trigger at event subjectId localOccurrence value wouldRun reason conditions { __typename kind holds note } actions { __typename kind input problem } }
      """#)

  public static let skipDay = Document(
    name: "SkipDay", kind: .mutation,
    hash: "ff56502565396ec8c43adf141018c19c8fdeca68d368e4d4bad44871915c5349",
    body: #"""
      mutation SkipDay($input: SkipDayInput!) { skipDay(input: $input) { __typename entry { __typename ...OfflineEntry } goal { __typename ...OfflineGoal } errors { __typename code message path } } }
      fragment OfflineEntry on ProgressEntry { __typename id goal { __typename id } localDate occurredAt value skip note source version }
      fragment OfflineGoal on Goal { __typename ...GoalCard description direction cumulative aggregation frequency { __typename times period interval } rate { __typename amount period } startDate startValue autoComplete missingMeans pauses { __typename start end } customFields { __typename key text number boolean date } completedAt lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let snoozeNotification = Document(
    name: "SnoozeNotification", kind: .mutation,
    hash: "3a80d908210ffdc37e6401e77937d8ea8a4b73a52de86f11c32fdc98f52de4ca",
    body: #"""
      mutation SnoozeNotification($input: SnoozeNotificationInput!) { snoozeNotification(input: $input) { __typename notification { __typename id snoozedUntil readAt } errors { __typename code message path } } }
      """#)

  public static let stopMessage = Document(
    name: "StopMessage", kind: .mutation,
    hash: "a61551acfcafc1319762346348617f58ee530f0bc5c879d27fdced242dfb3c21",
    body: #"""
      mutation StopMessage($input: StopMessageInput!) { stopMessage(input: $input) { __typename message { __typename ...MessageRow } errors { __typename code message path } } }
      fragment MessageRow on Message { __typename id role content status origin model provider endedBecause lastSequence parent { __typename id } siblings { __typename id } toolCalls { __typename ...ToolCallCard } createdAt version }
      fragment ToolCallCard on ToolCall { __typename id tool kind state title details { __typename name value objectId } confirmation tainted decidedAt version }
      """#)

  public static let syncConnection = Document(
    name: "SyncConnection", kind: .mutation,
    hash: "db98d179e4f975a3c3eec36718b57e6ad03ec247de38deb7720cfaecc7ef4aa0",
    body: #"""
      mutation SyncConnection($input: SyncConnectionInput!) { syncConnection(input: $input) { __typename connection { __typename ...ConnectionRow } errors { __typename code message path } } }
      fragment ConnectionRow on Connection { __typename id label accountLabel status statusReason syncing lastSyncAt nextSyncAt version provider { __typename id name kind } }
      """#)

  public static let syncStatus = Document(
    name: "SyncStatus", kind: .subscription,
    hash: "19e49e6459e4e6939c7c427e139a2dbc05a340a6154c7c4d1a27e09b16bda964",
    body: #"""
      subscription SyncStatus($connectionId: ID, $after: ID) { syncStatus(connectionId: $connectionId, after: $after) { __typename event { __typename id at } state received changed deleted failure connection { __typename ...ConnectionRow } } }
      fragment ConnectionRow on Connection { __typename id label accountLabel status statusReason syncing lastSyncAt nextSyncAt version provider { __typename id name kind } }
      """#)

  public static let triggerResearch = Document(
    name: "TriggerResearch", kind: .mutation,
    hash: "03147e1fca4fff42a39dfc3d2f48befbeb11a8b69b8e3ef69ea18fd261f71618",
    body: #"""
      mutation TriggerResearch($input: TriggerResearchInput!) { triggerResearch(input: $input) { __typename run { __typename ...ResearchRunRow } errors { __typename code message path } } }
      fragment ResearchRunRow on ResearchRun { __typename id state trigger step dueAt startedAt endedAt progress { __typename planned fetched failed claims } error { __typename code message } category { __typename id name } }
      """#)

  public static let updateAssistantSettings = Document(
    name: "UpdateAssistantSettings", kind: .mutation,
    hash: "d5ef7d6164a733b5f7dfd974472264ebc7f4c522108fcfb1f70afef9accdf6a9",
    body: #"""
      mutation UpdateAssistantSettings($input: UpdateAssistantSettingsInput!) { updateAssistantSettings(input: $input) { __typename settings { __typename ...AssistantChoices } errors { __typename code message path } } }
      fragment AssistantChoices on AssistantSettings { __typename provider retrieval allowedTools version }
      """#)

  public static let updateAutomationRule = Document(
    name: "UpdateAutomationRule", kind: .mutation,
    hash: "08b8e3b0771587939d27960c608f51613622d95c513b1d9908ac0bfc252a62a0",
    body: #"""
      mutation UpdateAutomationRule($input: UpdateAutomationRuleInput!) { updateAutomationRule(input: $input) { __typename automationRule { __typename id name active nextRunAt version } errors { __typename code message path } } }
      """#)

  public static let updateConnection = Document(
    name: "UpdateConnection", kind: .mutation,
    hash: "4d6779888ce9ea42bb8c49034221488fb2c0e880be7b020d8fdb58860df2a460",
    body: #"""
      mutation UpdateConnection($input: UpdateConnectionInput!) { updateConnection(input: $input) { __typename connection { __typename ...ConnectionRow } errors { __typename code message path } } }
      fragment ConnectionRow on Connection { __typename id label accountLabel status statusReason syncing lastSyncAt nextSyncAt version provider { __typename id name kind } }
      """#)

  public static let updateConversation = Document(
    name: "UpdateConversation", kind: .mutation,
    hash: "296cc352bfb53e864e77d2e19328196ac3dd99d4021de21aca3e29e5eebc435e",
    body: #"""
      mutation UpdateConversation($input: UpdateConversationInput!) { updateConversation(input: $input) { __typename conversation { __typename ...ConversationRow contextIds } errors { __typename code message path } } }
      fragment ConversationRow on Conversation { __typename id title archived activeAt messageCount currentMessage { __typename id role status } version }
      """#)

  public static let updateGoal = Document(
    name: "UpdateGoal", kind: .mutation,
    hash: "4f7728c4ec14b2117ee77d48ffdbf89be53a97188a733bc152862cca1796cbfe",
    body: #"""
      mutation UpdateGoal($input: UpdateGoalInput!) { updateGoal(input: $input) { __typename goal { __typename ...OfflineGoal } errors { __typename code message path } } }
      fragment OfflineGoal on Goal { __typename ...GoalCard description direction cumulative aggregation frequency { __typename times period interval } rate { __typename amount period } startDate startValue autoComplete missingMeans pauses { __typename start end } customFields { __typename key text number boolean date } completedAt lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let updateLifeArea = Document(
    name: "UpdateLifeArea", kind: .mutation,
    hash: "1364b54d7c745bf6f67ae1cbb80685c61f9cd60a862189a79e40b0e7b368c350",
    body: #"""
      mutation UpdateLifeArea($input: UpdateLifeAreaInput!) { updateLifeArea(input: $input) { __typename lifeArea { __typename ...OfflineArea } errors { __typename code message path } } }
      fragment OfflineArea on LifeArea { __typename id areaKind: kind name description color icon active position customFields { __typename key label type unit options { __typename value label } required } version }
      """#)

  public static let updateLifeAreaNote = Document(
    name: "UpdateLifeAreaNote", kind: .mutation,
    hash: "1d046b3d0d1099277d50f9880e42d441be11e619d324b6d74e3ae483933ebb8f",
    body: #"""
      mutation UpdateLifeAreaNote($input: UpdateLifeAreaNoteInput!) { updateLifeAreaNote(input: $input) { __typename note { __typename ...OfflineNote } errors { __typename code message path } } }
      fragment OfflineNote on LifeAreaNote { __typename id lifeArea { __typename id } text createdAt version }
      """#)

  public static let updateMemory = Document(
    name: "UpdateMemory", kind: .mutation,
    hash: "a14805b714ba40bb20c102c63886837f2baf50e6ab4b9cf83d06e4aa3fa6db3d",
    body: #"""
      mutation UpdateMemory($input: UpdateMemoryInput!) { updateMemory(input: $input) { __typename memory { __typename ...MemoryRow } errors { __typename code message path } } }
      fragment MemoryRow on Memory { __typename id kind text source enabled createdAt version }
      """#)

  public static let updateMilestone = Document(
    name: "UpdateMilestone", kind: .mutation,
    hash: "5cac15a953773ba12dc65ede232bf74d0ef979ed49baef9468b71a533820787a",
    body: #"""
      mutation UpdateMilestone($input: UpdateMilestoneInput!) { updateMilestone(input: $input) { __typename milestone { __typename ...OfflineMilestone } goal { __typename ...OfflineGoal } errors { __typename code message path } } }
      fragment OfflineMilestone on Milestone { __typename id goal { __typename id } title description position dueDate reached reachedOn version }
      fragment OfflineGoal on Goal { __typename ...GoalCard description direction cumulative aggregation frequency { __typename times period interval } rate { __typename amount period } startDate startValue autoComplete missingMeans pauses { __typename start end } customFields { __typename key text number boolean date } completedAt lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let updateNotificationSettings = Document(
    name: "UpdateNotificationSettings", kind: .mutation,
    hash: "d0c65caa944b3bfc8e41accf8bdf4faf31cf02955269a4c4eb72d23c04761ec5",
    body: #"""
      mutation UpdateNotificationSettings($input: UpdateNotificationSettingsInput!) { updateNotificationSettings(input: $input) { __typename notificationSettings { __typename ...NotificationSettingsRow } errors { __typename code message path } } }
      fragment NotificationSettingsRow on NotificationSettings { __typename preferences { __typename kind inApp push digest } quietHours { __typename from to exceptKinds } pushPreview digestAt version }
      """#)

  public static let updateProfile = Document(
    name: "UpdateProfile", kind: .mutation,
    hash: "d6fd5886ffa26a78c25b20acd9089789c204ded28ffc17f0bf309e5f95e14297",
    body: #"""
      mutation UpdateProfile($input: UpdateProfileInput!) { updateProfile(input: $input) { __typename user { __typename ...Profile } errors { __typename code message path } } }
      fragment Profile on User { __typename id name email locale timeZone dayStartMinutes weekStart settings { __typename appearance units assistantMemory usageStatistics } version }
      """#)

  public static let updateProgressEntry = Document(
    name: "UpdateProgressEntry", kind: .mutation,
    hash: "09f4fbbb167d7cbaabbeecd311051de9bc9cbe0a96f069246ed2a20ca8f5916b",
    body: #"""
      mutation UpdateProgressEntry($input: UpdateProgressEntryInput!) { updateProgressEntry(input: $input) { __typename entry { __typename ...OfflineEntry } goal { __typename ...OfflineGoal } errors { __typename code message path } } }
      fragment OfflineEntry on ProgressEntry { __typename id goal { __typename id } localDate occurredAt value skip note source version }
      fragment OfflineGoal on Goal { __typename ...GoalCard description direction cumulative aggregation frequency { __typename times period interval } rate { __typename amount period } startDate startValue autoComplete missingMeans pauses { __typename start end } customFields { __typename key text number boolean date } completedAt lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let updateProgressMapping = Document(
    name: "UpdateProgressMapping", kind: .mutation,
    hash: "51c01917ac80fc004c8850db4b8b15d36f928e57a192f7d6273f139890f2e6e2",
    body: #"""
      mutation UpdateProgressMapping($input: UpdateProgressMappingInput!) { updateProgressMapping(input: $input) { __typename progressMapping { __typename ...ProgressMappingRow } errors { __typename code message path } } }
      fragment ProgressMappingRow on ProgressMapping { __typename id goal { __typename id title } source metric matching currency aggregation factor since active problem version }
      """#)

  public static let updateReminder = Document(
    name: "UpdateReminder", kind: .mutation,
    hash: "b7615c9b6ed841ed4913efa4049b202a54261b40fe8287cd56b154e46ec7f8d8",
    body: #"""
      mutation UpdateReminder($input: UpdateReminderInput!) { updateReminder(input: $input) { __typename reminder { __typename ...ReminderRow } errors { __typename code message path } } }
      fragment ReminderRow on Reminder { __typename id kind message timeOfDay date weekdays daysBeforeDeadline followPace active nextOccurrenceAt goal { __typename id title } version }
      """#)

  public static let updateResearchCategory = Document(
    name: "UpdateResearchCategory", kind: .mutation,
    hash: "3809ea2af8fce50f7f022e601d07df26c9b8fae35a4fad3b29d2e501623d80bc",
    body: #"""
      mutation UpdateResearchCategory($input: UpdateResearchCategoryInput!) { updateResearchCategory(input: $input) { __typename category { __typename ...ResearchCategoryRow prompt sources missedRunPolicy } errors { __typename code message path } } }
      fragment ResearchCategoryRow on ResearchCategory { __typename id name description active pendingResultCount schedule { __typename kind text startDate startTime description timeZone nextRuns(count: 1) { __typename at localDate localTime } } version }
      """#)

  public static let updateSettings = Document(
    name: "UpdateSettings", kind: .mutation,
    hash: "7a626643baa977acae7886e8d62a897763135e38128323de08e2b38a5b68001f",
    body: #"""
      mutation UpdateSettings($input: UpdateSettingsInput!) { updateSettings(input: $input) { __typename user { __typename ...Profile } errors { __typename code message path } } }
      fragment Profile on User { __typename id name email locale timeZone dayStartMinutes weekStart settings { __typename appearance units assistantMemory usageStatistics } version }
      """#)

  public static let updateWebhook = Document(
    name: "UpdateWebhook", kind: .mutation,
    hash: "07b34ef0e42230c2303a8a74d3f147f9ed5cb0ee0a33d077fbab775e85d95381",
    body: #"""
      mutation UpdateWebhook($input: UpdateWebhookInput!) { updateWebhook(input: $input) { __typename webhook { __typename ...WebhookRow } errors { __typename code message path } } }
      fragment WebhookRow on Webhook { __typename id url description subscriptionField active disabledReason failingSince deliveryCounts { __typename waiting succeeded failed discarded } version }
      """#)

  public static let webhookDeliveries = Document(
    name: "WebhookDeliveries", kind: .query,
    hash: "fbce2af903aeb87790b72193d429cb420f21d9760aa8debd761a362e2ad2221b",
    body: #"""
      query WebhookDeliveries($id: ID!, $first: Int = 20, $after: String, $states: [WebhookDeliveryState!]) { node(id: $id) { __typename ... on Webhook { ...WebhookRow document variables filters { __typename field oneOf } deliveries(first: $first, after: $after, states: $states) { __typename nodes { __typename ...WebhookDeliveryRow payload attemptLog { __typename number at status milliseconds response problem } } pageInfo { __typename hasNextPage endCursor } } } } }
      fragment WebhookRow on Webhook { __typename id url description subscriptionField active disabledReason failingSince deliveryCounts { __typename waiting succeeded failed discarded } version }
      fragment WebhookDeliveryRow on WebhookDelivery { __typename id messageId eventId eventType eventAt round state attempts nextAttemptAt lastStatus outcome }
      """#)

  public static let webhooks = Document(
    name: "Webhooks", kind: .query,
    hash: "cc2e16f7fd058b17f92b63dc10a10609efceda1a356ce1d6165db311216c1d7b",
    body: #"""
      query Webhooks($first: Int = 20, $after: String) { viewer { __typename webhooks(first: $first, after: $after) { __typename nodes { __typename ...WebhookRow } pageInfo { __typename hasNextPage endCursor } } } }
      fragment WebhookRow on Webhook { __typename id url description subscriptionField active disabledReason failingSince deliveryCounts { __typename waiting succeeded failed discarded } version }
      """#)

  public static let withdrawAiConsent = Document(
    name: "WithdrawAiConsent", kind: .mutation,
    hash: "ef1d5603b87127ae1e5bbd5eaa283c1615215ba28f52630d6fe7f1450923b2c5",
    body: #"""
      mutation WithdrawAiConsent($input: WithdrawAiConsentInput!) { withdrawAiConsent(input: $input) { __typename consents { __typename ...ConsentRow } errors { __typename code message path } } }
      fragment ConsentRow on AiConsent { __typename id provider dataClass disclosureVersion grantedAt withdrawnAt }
      """#)
}
