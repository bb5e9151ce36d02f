import type { Setting, Task } from '../task.ts';

type Subject = 'GREETING' | 'THANKS' | 'HELP' | 'IDENTITY' | 'GOODBYE' | 'UNKNOWN' | 'UNDO';

/** Small talk. What this is and what it can do is said when asked, and the first time that it does not understand. */
// biome-ignore lint/correctness/useYield: a task like the others, which needs nothing.
export function* talk(about: Subject, { grammar: { phrases }, introduced }: Setting): Task {
  switch (about) {
    case 'GREETING':
      return phrases.greeting;
    case 'THANKS':
      return phrases.thanks;
    case 'GOODBYE':
      return phrases.goodbye;
    case 'UNDO':
      return phrases.cannotUndo;
    case 'HELP':
    case 'IDENTITY':
      return `${phrases.noModel} ${phrases.abilities}`;
    case 'UNKNOWN':
      return introduced
        ? `${phrases.unknown} ${phrases.rephrase}`
        : `${phrases.unknown} ${phrases.noModel} ${phrases.abilities}`;
  }
}
