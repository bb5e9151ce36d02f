// Generated from operations/ by "npm run generate:swift". Do not edit.
// swift-format-ignore-file

extension Document {
  public static let changes = Document(
    name: "Changes", kind: .query,
    hash: "4e8c4693d00bbad7e68659faf67f4ff51100af71ccc5c36817f4acca10d505d4",
    body: #"""
      query Changes($since: String) { changes(since: $since) { __typename changes { __typename id typeName kind node { __typename id ... on Goal { ...OfflineGoal } ... on ProgressEntry { ...OfflineEntry } } } cursor hasMore fullSyncNeeded } }
      fragment OfflineGoal on Goal { __typename ...GoalCard description cumulative aggregation startDate lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      fragment OfflineEntry on ProgressEntry { __typename id goal { __typename id } localDate value skip note source version }
      """#)

  public static let completeGoal = Document(
    name: "CompleteGoal", kind: .mutation,
    hash: "d37c6323dc36b96b0543e8fb6abc46cf97170e45c24cec8fea7ada0f4da0ae66",
    body: #"""
      mutation CompleteGoal($input: CompleteGoalInput!) { completeGoal(input: $input) { __typename goal { __typename ...OfflineGoal } errors { __typename code message path } } }
      fragment OfflineGoal on Goal { __typename ...GoalCard description cumulative aggregation startDate lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let createGoal = Document(
    name: "CreateGoal", kind: .mutation,
    hash: "14fdd29e17d6db9516e2cee473c03d20ea3fd86948e80c2bac27ca619e7c96d2",
    body: #"""
      mutation CreateGoal($input: CreateGoalInput!) { createGoal(input: $input) { __typename goal { __typename ...OfflineGoal } errors { __typename code message path } } }
      fragment OfflineGoal on Goal { __typename ...GoalCard description cumulative aggregation startDate lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let deleteGoal = Document(
    name: "DeleteGoal", kind: .mutation,
    hash: "57b58afe3f1e93ceac6ff06bf9ab88cb40da666947356234dbe7182287fa0e49",
    body: #"""
      mutation DeleteGoal($input: DeleteGoalInput!) { deleteGoal(input: $input) { __typename deletedId goal { __typename ...OfflineGoal } errors { __typename code message path } } }
      fragment OfflineGoal on Goal { __typename ...GoalCard description cumulative aggregation startDate lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let deleteProgressEntry = Document(
    name: "DeleteProgressEntry", kind: .mutation,
    hash: "cfb76bfed7a027e77c8d1ba5177b33192cee8e909ce2137903fbe0af9bf9ac71",
    body: #"""
      mutation DeleteProgressEntry($input: DeleteProgressEntryInput!) { deleteProgressEntry(input: $input) { __typename deletedId entry { __typename ...OfflineEntry } goal { __typename ...OfflineGoal } errors { __typename code message path } } }
      fragment OfflineEntry on ProgressEntry { __typename id goal { __typename id } localDate value skip note source version }
      fragment OfflineGoal on Goal { __typename ...GoalCard description cumulative aggregation startDate lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let logProgress = Document(
    name: "LogProgress", kind: .mutation,
    hash: "7fd279be5e92edfacb06b671085af603f0fc345f5a4e3d7cc3489cfbc791ee17",
    body: #"""
      mutation LogProgress($input: LogProgressInput!) { logProgress(input: $input) { __typename entry { __typename ...OfflineEntry } goal { __typename ...OfflineGoal } errors { __typename code message path } } }
      fragment OfflineEntry on ProgressEntry { __typename id goal { __typename id } localDate value skip note source version }
      fragment OfflineGoal on Goal { __typename ...GoalCard description cumulative aggregation startDate lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let offlineEntries = Document(
    name: "OfflineEntries", kind: .query,
    hash: "cc69a45f5e2d17e72b688d71fac43355b8ba7ab296042150e08093d27111aed6",
    body: #"""
      query OfflineEntries($goalId: ID!, $after: String) { goal(id: $goalId) { __typename id entries(first: 100, after: $after) { __typename nodes { __typename ...OfflineEntry } pageInfo { __typename hasNextPage endCursor } } } }
      fragment OfflineEntry on ProgressEntry { __typename id goal { __typename id } localDate value skip note source version }
      """#)

  public static let offlineGoals = Document(
    name: "OfflineGoals", kind: .query,
    hash: "fa6c7e17bed9b0bff4a1e17eea951561e037d52544b8ab48bc83909562920c6b",
    body: #"""
      query OfflineGoals($after: String) { viewer { __typename id goals(first: 100, after: $after) { __typename nodes { __typename ...OfflineGoal } pageInfo { __typename hasNextPage endCursor } } } }
      fragment OfflineGoal on Goal { __typename ...GoalCard description cumulative aggregation startDate lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let refreshSession = Document(
    name: "RefreshSession", kind: .mutation,
    hash: "ab94f394a177f50864510e44fd7d9b3c7861be179533170246edee170a9fac6e",
    body: #"""
      mutation RefreshSession($input: RefreshSessionInput!) { refreshSession(input: $input) { __typename ...Tokens } }
      fragment Tokens on AuthPayload { __typename accessToken accessTokenExpiresAt refreshToken user { __typename id } errors { __typename code message path } }
      """#)

  public static let registerDevice = Document(
    name: "RegisterDevice", kind: .mutation,
    hash: "82728b5d01a4828bd19a875c9b4ebcf247de9f9dc86b491f5529fd80f6220ea9",
    body: #"""
      mutation RegisterDevice($input: RegisterDeviceInput!) { registerDevice(input: $input) { __typename device { __typename id name platform pushEnabled } errors { __typename code message path } } }
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

  public static let skipDay = Document(
    name: "SkipDay", kind: .mutation,
    hash: "e6feca71f062e9a13203e229ca3c4e1dd99b9adbc1b3efaed4918366f832dd59",
    body: #"""
      mutation SkipDay($input: SkipDayInput!) { skipDay(input: $input) { __typename entry { __typename ...OfflineEntry } goal { __typename ...OfflineGoal } errors { __typename code message path } } }
      fragment OfflineEntry on ProgressEntry { __typename id goal { __typename id } localDate value skip note source version }
      fragment OfflineGoal on Goal { __typename ...GoalCard description cumulative aggregation startDate lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let updateGoal = Document(
    name: "UpdateGoal", kind: .mutation,
    hash: "f566b124fcf3434d93011944756f8772aea1535b8aeec767aeed6c2dead6d66f",
    body: #"""
      mutation UpdateGoal($input: UpdateGoalInput!) { updateGoal(input: $input) { __typename goal { __typename ...OfflineGoal } errors { __typename code message path } } }
      fragment OfflineGoal on Goal { __typename ...GoalCard description cumulative aggregation startDate lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)

  public static let updateProgressEntry = Document(
    name: "UpdateProgressEntry", kind: .mutation,
    hash: "e0e9ed7587a1043ad4227b1150d6db502f1f69c0a4a11115a8272859ad74b98b",
    body: #"""
      mutation UpdateProgressEntry($input: UpdateProgressEntryInput!) { updateProgressEntry(input: $input) { __typename entry { __typename ...OfflineEntry } goal { __typename ...OfflineGoal } errors { __typename code message path } } }
      fragment OfflineEntry on ProgressEntry { __typename id goal { __typename id } localDate value skip note source version }
      fragment OfflineGoal on Goal { __typename ...GoalCard description cumulative aggregation startDate lifeArea { __typename id } updatedAt version }
      fragment GoalCard on Goal { __typename id title kind status unit currentValue targetValue deadline percent pace { __typename status safeDays dueText urgency } streak { __typename period current best } strength }
      """#)
}
