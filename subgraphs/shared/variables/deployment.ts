import { choice } from './forms.ts';

/** How a process comes and goes. */
export const deploymentVariables = {
  MIGRATE: choice('auto', 'wait')
    .optional()
    .describe(
      'auto: a process that starts applies the migrations that the database lacks. wait: it is not ready until "npm run migrate" has. Unset: wait in production, else auto',
    ),
};
