import type { Request } from '../requests.ts';
import type { Setting, Task } from '../task.ts';
import { changeGoal, retarget, skipDay } from './changes.ts';
import { createGoal } from './creation.ts';
import { find } from './finding.ts';
import { list } from './lists.ts';
import { logProgress } from './logging.ts';
import { remember } from './memory.ts';
import { remind } from './reminders.ts';
import { tellStanding } from './standing.ts';
import { talk } from './talk.ts';
import { tellToday } from './today.ts';

/** The task that does what a request asks for. */
export function taskFor(request: Request, setting: Setting): Task {
  switch (request.kind) {
    case 'log':
      return logProgress(request.item, setting);
    case 'create':
      return createGoal(request.goal, setting);
    case 'standing':
      return tellStanding(request, setting);
    case 'today':
      return tellToday(request.focus, setting);
    case 'list':
      return list(request.what, setting);
    case 'remind':
      return remind(request, setting);
    case 'change':
      return changeGoal(request, setting);
    case 'retarget':
      return retarget(request, setting);
    case 'skip':
      return skipDay(request, setting);
    case 'remember':
      return remember(request, setting);
    case 'find':
      return find(request, setting);
    case 'undo':
      return talk('UNDO', setting);
    case 'talk':
      return talk(request.about, setting);
  }
}
