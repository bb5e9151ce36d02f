import type { Tx } from '../../shared/db.ts';
import { Checks } from '../../shared/input.ts';
import type { GoalConditionInput } from '../generated.ts';
import { checkReferences, type GivenId } from '../references.ts';
import type { GoalLine } from './rule.ts';
import { isTemplate } from './templates.ts';

type Path = (string | number)[];

/** Collects what is wrong with a rule, and the ids in it, which are looked up together at the end. */
export class RuleCheck {
  readonly checks = new Checks();
  readonly now: Date;
  /** The person's own. */
  readonly timeZone: string;
  readonly #goals: GivenId[] = [];
  readonly #objects: GivenId[] = [];

  constructor(now: Date, timeZone: string) {
    this.now = now;
    this.timeZone = timeZone;
  }

  /** GraphQL's `@oneOf` does not pass through federation yet, so the rule of it is kept here. */
  exactlyOne(path: Path, input: object): boolean {
    const given = Object.values(input).filter((value) => value != null).length;
    return this.checks.that(given === 1, path, `Give exactly one of its members; ${given} are given.`);
  }

  goalLine(path: Path, { goalId, metric, comparison, value }: GoalConditionInput): GoalLine {
    this.#goals.push({ id: goalId, path: [...path, 'goalId'] });
    return { goalId, metric, comparison, value: value.toString() };
  }

  /** Notes an id of whatever kind; one that is filled in later cannot be looked up. */
  refer(path: Path, id: string): void {
    if (isTemplate(id)) return;
    this.#objects.push({ id, path });
  }

  /** @throws UserErrors with everything found, ids of others included. */
  async done(db: Tx, userId: string): Promise<void> {
    await checkReferences(this.checks, db, userId, this.#goals, 'goal');
    await checkReferences(this.checks, db, userId, this.#objects);
    this.checks.done();
  }
}
