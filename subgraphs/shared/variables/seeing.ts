import { integer } from './forms.ts';

/** What is watched, and what of it is written down. */
export const seeingVariables = {
  SLOW_QUERY_MS: integer(0, 120_000)
    .default(500)
    .describe('SQL statements that take this many milliseconds or longer are logged, without their values. 0: none'),
};
