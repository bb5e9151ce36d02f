/** What was said in the demo account's conversations: `[parent's position, speaker, text]`, and how they are kept. */
export interface DemoTalk {
  title: string;
  /** Days before now at which it began. */
  daysAgo: number;
  archived?: boolean;
  /** Names of the goals and areas it is about. */
  about: readonly string[];
  messages: readonly (readonly [parent: number | null, speaker: 'USER' | 'ASSISTANT' | 'SYSTEM', text: string])[];
  /** Position of the message that is shown last; default the last one. */
  shown?: number;
}

export const talks: readonly DemoTalk[] = [
  {
    title: 'A plan for running',
    daysAgo: 310,
    about: ['goal:run', 'area:health'],
    messages: [
      [null, 'USER', 'I want to run regularly again. How do I start without hurting my knee?'],
      [
        0,
        'ASSISTANT',
        'Start with three short runs a week and keep them **easy**: you should be able to talk. Add distance before speed, and no more than a tenth a week.',
      ],
      [
        0,
        'ASSISTANT',
        'Begin by walking and running in turns, one minute each, for twenty minutes. When that is easy three times in a row, make the running parts longer.',
      ],
      [1, 'USER', 'Three runs sounds right. Which days?'],
      [
        3,
        'ASSISTANT',
        'Tuesday, Thursday and Sunday leave a day of rest between them, and Sunday has room for the long one.',
      ],
      [2, 'USER', 'And when do I stop walking?'],
      [5, 'ASSISTANT', 'When twenty minutes of running feel no harder than the last walk. There is no hurry.'],
      [4, 'USER', 'Done: Tuesday, Thursday, Sunday. Remind me why I wanted this when I stop.'],
    ],
    shown: 7,
  },
  {
    title: 'Sleep',
    daysAgo: 200,
    about: ['goal:sleep', 'goal:coffee'],
    messages: [
      [null, 'USER', 'I am tired in the afternoons. What should I look at first?'],
      [
        0,
        'ASSISTANT',
        'At when you get up, then at coffee. A fixed time to get up does more than a fixed time to go to bed.',
      ],
      [1, 'USER', 'Coffee: two a day, the last one at three.'],
      [1, 'USER', 'Coffee: two a day, the last one at lunch.'],
      [
        3,
        'ASSISTANT',
        'That is a good limit. Log sleep and coffee for a month and look at both together; a month is enough to see more than chance.',
      ],
    ],
  },
  {
    title: 'Books for the winter',
    daysAgo: 150,
    about: ['goal:books', 'area:learning'],
    messages: [
      [null, 'USER', 'Five books for long evenings, please: two novels, two about nature, one about mathematics.'],
      [
        0,
        'ASSISTANT',
        '1. *Middlemarch*, George Eliot\n2. *The Master and Margarita*, Mikhail Bulgakov\n3. *The Peregrine*, J. A. Baker\n4. *Entangled Life*, Merlin Sheldrake\n5. *A Mathematician’s Apology*, G. H. Hardy',
      ],
      [1, 'USER', 'Middlemarch was wonderful. The Peregrine next.'],
    ],
  },
  {
    title: 'Putting money aside',
    daysAgo: 120,
    about: ['goal:save', 'area:finance'],
    archived: true,
    messages: [
      [null, 'SYSTEM', 'Answer briefly. No advice on single stocks.'],
      [0, 'USER', 'What is the simplest way to save without thinking about it?'],
      [1, 'ASSISTANT', 'A standing order on the day after pay day, into an account without a card.'],
      [2, 'USER', 'Set up. First transfer went through.'],
    ],
  },
  {
    title: 'The portfolio site',
    daysAgo: 45,
    about: ['goal:site', 'area:work'],
    messages: [
      [null, 'USER', 'Help me cut the portfolio site down to something I can launch this month.'],
      [
        0,
        'ASSISTANT',
        'One page: who you are, three projects with a picture each, a way to write to you. Everything else can come later.',
      ],
      [1, 'USER', 'Which three projects?'],
      [
        2,
        'ASSISTANT',
        'One that shows craft, one that shows a result for somebody else, and the one you like talking about most.',
      ],
      [1, 'USER', 'I would like a blog, too.'],
      [4, 'ASSISTANT', 'Then launch without it, and let the first post be about the launch.'],
    ],
    shown: 5,
  },
  {
    title: 'Notes on Spanish',
    daysAgo: 6,
    about: ['goal:spanish'],
    messages: [
      [null, 'USER', 'por = because of, through, per. para = for, towards, in order to.'],
      [0, 'USER', 'Ask the teacher about “estar por” and “estar para”.'],
      [1, 'USER', 'Songs help more than lists.'],
    ],
  },
];

export const memories = [
  { kind: 'FACT', text: 'Had trouble with the left knee two years ago.', daysAgo: 309, from: [0, 0] },
  { kind: 'PREFERENCE', text: 'Runs on Tuesdays, Thursdays and Sundays.', daysAgo: 308, from: [0, 7] },
  { kind: 'PREFERENCE', text: 'No coffee after lunch.', daysAgo: 199, from: [1, 3] },
  { kind: 'INSTRUCTION', text: 'Answer briefly, and give numbers with their units.', daysAgo: 140 },
  {
    kind: 'EPISODE',
    text: 'Launched nothing in spring because of the blog; leave it out at first.',
    daysAgo: 44,
    from: [4, 4],
  },
  { kind: 'FACT', text: 'Lives in a flat without a garden.', daysAgo: 30, enabled: false },
] as const;
