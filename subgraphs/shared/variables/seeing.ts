import { choice, integer } from './forms.ts';

/** What is watched, and what of it is written down. */
export const seeingVariables = {
  SLOW_QUERY_MS: integer(0, 120_000)
    .default(500)
    .describe('SQL statements that take this many milliseconds or longer are logged, without their values. 0: none'),
  BUSINESS_METRICS: choice('no', 'yes')
    .default('no')
    .describe(
      'yes: /metrics also tells how many people were active, what they have set up and how goals end, once an hour, in steps of ten',
    ),
};
