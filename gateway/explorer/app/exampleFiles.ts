import { readExamples } from './examples.ts';

// The options are repeated because vite reads them literally at build time.
/** The repository's operations/, as they were when this page was built. */
export const examples = readExamples(
  import.meta.glob<string>(['../../../operations/**/*.graphql', '!**/generated/**'], {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
  import.meta.glob<string>('../../../operations/**/*.variables.json', {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
);
