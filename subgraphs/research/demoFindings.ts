import type { ClaimVerdict, ResearchStatus } from './generated.ts';

interface DemoResult {
  /** Days before now. */
  daysAgo: number;
  title: string;
  summary: string;
  status: ResearchStatus;
  /** Why it was turned down. */
  reason?: string;
  /** `[address, title, what it said]` */
  sources: readonly (readonly [url: string, title: string, text: string])[];
  /** `[statement, quote or null, position of the source]` */
  claims: readonly (readonly [text: string, quote: string | null, source: number | null, verdict: ClaimVerdict])[];
  /** Name of the goal that integrating it created. */
  created?: string;
}

export interface DemoCategory {
  name: string;
  description: string;
  prompt: string;
  sources: readonly string[];
  schedule: { kind: 'RRULE' | 'CRON'; text: string; time: string };
  active: boolean;
  results: readonly DemoResult[];
}

/** Everything under example.org is made up: the domain is reserved for that (RFC 2606). */
const page = (path: string) => `https://example.org/${path}`;

export const categories: readonly DemoCategory[] = [
  {
    name: 'Better sleep',
    description: 'What research says about sleeping well.',
    prompt: 'New studies on sleep in healthy adults. Prefer reviews; say how many people were studied.',
    sources: [page('sleep/feed.xml'), page('sleep/reviews')],
    schedule: { kind: 'RRULE', text: 'FREQ=WEEKLY;BYDAY=MO;BYHOUR=7;BYMINUTE=0', time: '07:00' },
    active: true,
    results: [
      {
        daysAgo: 2,
        title: 'Getting up at the same time',
        summary: 'A review finds that a regular time to get up goes with better sleep, more than its length does.',
        status: 'PENDING',
        sources: [
          [
            page('sleep/regularity'),
            'Regularity of sleep: a review',
            'People who got up at the same time reported better sleep.',
          ],
        ],
        claims: [
          [
            'Regular risers sleep better by their own report.',
            'People who got up at the same time reported better sleep.',
            0,
            'VERBATIM',
          ],
        ],
      },
      {
        daysAgo: 9,
        title: 'Light in the evening',
        summary: 'Bright screens in the last hour delay sleep a little; dim ones hardly.',
        status: 'PENDING',
        sources: [[page('sleep/light'), 'Evening light', 'Bright light delayed sleep onset; dim light did not.']],
        claims: [
          ['Bright light delays sleep.', 'bright light delayed sleep onset', 0, 'SUPPORTED'],
          ['Blue filters help.', null, null, 'UNVERIFIED'],
        ],
      },
      {
        daysAgo: 30,
        title: 'Coffee and when to stop',
        summary: 'Coffee six hours before bed still shortens sleep.',
        status: 'INTEGRATED',
        created: 'goal:coffee',
        sources: [
          [
            page('sleep/coffee'),
            'Caffeine at three times of day',
            'Caffeine taken six hours before bedtime reduced sleep.',
          ],
        ],
        claims: [
          ['Six hours are not enough.', 'Caffeine taken six hours before bedtime reduced sleep.', 0, 'VERBATIM'],
        ],
      },
      {
        daysAgo: 44,
        title: 'A pillow that tracks sleep',
        summary: 'A maker says that its pillow measures deep sleep.',
        status: 'REJECTED',
        reason: 'That is an advertisement.',
        sources: [[page('shop/pillow'), 'The pillow', 'Our pillow knows how you sleep.']],
        claims: [['The pillow measures deep sleep.', null, null, 'UNVERIFIED']],
      },
    ],
  },
  {
    name: 'TypeScript news',
    description: 'What is new in the language I work with.',
    prompt: 'Releases, deprecations and tools of TypeScript. Leave out opinion pieces.',
    sources: [page('typescript/feed.xml')],
    schedule: { kind: 'CRON', text: '30 6 * * 1-5', time: '06:30' },
    active: true,
    results: [
      {
        daysAgo: 1,
        title: 'A faster compiler',
        summary: 'The release notes of this week speak of shorter build times.',
        status: 'PENDING',
        sources: [[page('typescript/release'), 'Release notes', 'Builds are faster in this release.']],
        claims: [['Builds are faster.', 'Builds are faster in this release.', 0, 'VERBATIM']],
      },
      {
        daysAgo: 4,
        title: 'Options that go away',
        summary: 'Three old compiler options will be removed with the next major version.',
        status: 'APPROVED',
        sources: [
          [page('typescript/deprecations'), 'Deprecations', 'Three options will be removed in the next major version.'],
        ],
        claims: [['Three options go away.', 'Three options will be removed', 0, 'VERBATIM']],
      },
      {
        daysAgo: 11,
        title: 'A new test runner',
        summary: 'A runner promises to need no configuration.',
        status: 'APPROVED',
        sources: [[page('typescript/runner'), 'A runner', 'It needs no configuration.']],
        claims: [['No configuration is needed.', 'it needs no configuration', 0, 'SUPPORTED']],
      },
      {
        daysAgo: 18,
        title: 'Why types are overrated',
        summary: 'A column argues against types.',
        status: 'REJECTED',
        reason: 'Opinion; I asked for news.',
        sources: [[page('typescript/opinion'), 'A column', 'Types are overrated.']],
        claims: [['Types are overrated.', 'Types are overrated.', 0, 'VERBATIM']],
      },
    ],
  },
  {
    name: 'Spanish nearby',
    description: 'Where to speak Spanish in town.',
    prompt: 'Meetings, films and concerts in Spanish in the next four weeks.',
    sources: [page('events/spanish')],
    schedule: { kind: 'RRULE', text: 'FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=18', time: '18:00' },
    active: false,
    results: [
      {
        daysAgo: 20,
        title: 'A table for talking',
        summary: 'Every Wednesday at seven, in the library, for all levels.',
        status: 'INTEGRATED',
        created: 'goal:spanish',
        sources: [[page('events/table'), 'Language table', 'Every Wednesday at seven in the library.']],
        claims: [['It is on Wednesdays at seven.', 'Every Wednesday at seven in the library.', 0, 'VERBATIM']],
      },
      {
        daysAgo: 50,
        title: 'Films with subtitles',
        summary: 'The small cinema shows three films this month.',
        status: 'APPROVED',
        sources: [[page('events/films'), 'Programme', 'Three films in the original with subtitles.']],
        claims: [['Three films are shown.', 'Three films in the original', 0, 'VERBATIM']],
      },
      {
        daysAgo: 51,
        title: 'A course abroad',
        summary: 'Two weeks in Málaga in summer.',
        status: 'REJECTED',
        reason: 'Nearby, I said.',
        sources: [[page('events/malaga'), 'Summer course', 'Two weeks in July.']],
        claims: [['It takes two weeks.', 'two weeks in july', 0, 'SUPPORTED']],
      },
      {
        daysAgo: 82,
        title: 'A choir that sings in Spanish',
        summary: 'Rehearsals on Mondays; it looks for tenors.',
        status: 'PENDING',
        sources: [[page('events/choir'), 'The choir', 'We rehearse on Mondays and look for tenors.']],
        claims: [['Rehearsals are on Mondays.', 'We rehearse on Mondays', 0, 'VERBATIM']],
      },
    ],
  },
];
