import type { Request } from '../../requests.ts';
import { meaningsOf } from '../meanings.ts';
import { type Rule, rule } from '../rules.ts';
import { englishCalendar } from './calendar.ts';
import { englishNumbers } from './numbers.ts';

const done =
  'ran|walked|jogged|swam|cycled|biked|rode|hiked|rowed|climbed|read|wrote|drank|ate|slept|meditated|studied|learned|learnt|practi[sc]ed|trained|exercised|worked out|stretched|lifted|saved|spent|donated|gave away|gave|made|did|had|built|sent|played|finished|completed|watched|cooked|cleaned|journaled|prayed|painted|drew|sang|coded|took|burned|weighed|earned|baked|planted|smoked|skated|danced|went for|went';
/** What is told without a goal in mind: such a sentence logs nothing. */
const notDone =
  '(?!(?:needed|wanted|liked|loved|hated|hoped|tried|decided|asked|thanked|wondered|missed|failed|looked|heard|seemed|expected|noticed|used to|forgot|mentioned|agreed|lived|stopped|quit|felt|got|was|were|am|said|told|thought)\\b)';
const subjects: Readonly<Record<string, string>> = {
  'went for': '',
  went: '',
  did: '',
  had: '',
  made: '',
  took: '',
  finished: '',
  completed: '',
  'worked out': 'workout',
  'gave away': 'give away',
};

/** A verb in front says what was done: "ran" is about running; "did" says nothing. */
const withVerb = (verb: string, rest: string) => `${subjects[verb.toLowerCase()] ?? verb} ${rest}`;
const goalWords = '(?:goal|habit|target)';
const subjectOf = (text = '') =>
  text
    .replace(/^(?:'s |my |the |our )+/i, '')
    .replace(new RegExp(` ?\\b${goalWords}$`, 'i'), '')
    .trim();

/** What a reminder is of: without what introduces it, and what introduced its time. */
const messageOf = (text: string) =>
  text
    .replace(/^[\s,:]*(?:(?:please|to|about|that|for|of|i should|i need to|i have to|i must)\b[\s,:]*)+/i, '')
    .replace(/[\s,]+(?:at|on|every|each)?$/i, '')
    .trim();

export const englishMeanings = meaningsOf({
  calendar: englishCalendar,
  numbers: englishNumbers,
  habit: /habit/i,
  beforeQuery: /^(?:about|for|on) /i,
  subjectOf,
  messageOf,
});
const { goal, log, standing, find, change, unnamed, retarget, skip, reminder, wish } = englishMeanings;

/** What can be asked for, and how; the first that fits counts. */
export const englishRules: readonly Rule[] = [
  rule(
    /^(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|greetings|howdy)(?: there| jarvis| again)*$/i,
    () => ({ kind: 'talk', about: 'GREETING' }),
  ),
  rule(/^(?:how are you|how(?:'s| is) life|what's up|how do you do)(?: today| doing)?$/i, () => ({
    kind: 'talk',
    about: 'GREETING',
  })),
  rule(/^(?:many |ok |okay )?(?:thanks?|thank you|thx|cheers)(?:\b.{0,40})?$/i, () => ({
    kind: 'talk',
    about: 'THANKS',
  })),
  rule(/^(?:bye|goodbye|good bye|see you|good night|later)(?:\b.{0,20})?$/i, () => ({
    kind: 'talk',
    about: 'GOODBYE',
  })),
  rule(
    /^(?:help|help me|what (?:all )?(?:can|could|do) you (?:do|understand|know|help).{0,40}|how (?:do you|does this) work|what are your (?:skills|abilities|functions)|how can you help.{0,20})$/i,
    () => ({ kind: 'talk', about: 'HELP' }),
  ),
  rule(
    /^(?:so )?(?:are you .{0,40}\b(?:ai|a\.i|bot|robot|llm|human|language model|gpt|chatgpt|claude|real|person|machine|model)\b.{0,40}|who are you|what are you|what(?:'s| is) your name|which (?:ai|model|llm).{0,40}|what (?:ai|model|llm)\b.{0,40})$/i,
    () => ({ kind: 'talk', about: 'IDENTITY' }),
  ),
  rule(/^(?:ok(?:ay)?|cool|great|nice|perfect|awesome|good|all right|alright)(?: job| work)?$/i, () => ({
    kind: 'talk',
    about: 'THANKS',
  })),
  rule(/^do you use (?:an? )?(?:ai|gpt|chatgpt|claude|llm|language model).{0,20}$/i, () => ({
    kind: 'talk',
    about: 'IDENTITY',
  })),
  rule(
    /^(?:what do my|any|are there(?: any)?|do i have(?: any)?) notes?(?: say| tell)? (?:about|on) (.+)$/i,
    ([, query]) => find('NOTES', query),
  ),
  rule(/^(?:what|which goals?) am i behind (?:on|with|in)$|^am i behind(?: on (?:anything|something))?$/i, () =>
    standing('', 'PACE'),
  ),
  rule(/^how (?:far|well)(?: along)? am i(?: doing)? (?:with|on|in) (.+)$/i, ([, subject]) =>
    standing(subject, 'PACE'),
  ),
  rule(/^how (?:many days is|long is|big is) my (?:current )?streak(?: (?:for|in|with) (.+))?$/i, ([, subject]) =>
    standing(subject, 'STREAK'),
  ),
  rule(
    /^(?:what have i (?:done|logged)|did i (?:log|do) anything|what(?:'s| is) on my (?:plate|list|agenda)|(?:give me |show me )?an overview|status update)(?: for)?(?: today)?$/i,
    () => ({ kind: 'today', focus: 'SUMMARY' }),
  ),
  rule(/^take a (?:rest day|day off|break) (?:today |tomorrow )?from (.+)$/i, ([text, subject = ''], moment) =>
    skip(`${subject}${/ tomorrow /i.test(text) ? ' tomorrow' : ''}`, undefined, moment),
  ),
  rule(
    /^(?:undo|revert|take (?:that|it) back|cancel that|delete (?:that|the last entry)|remove (?:that|the last entry))(?:\b.{0,40})?$/i,
    () => ({ kind: 'undo' }),
  ),
  rule(
    /^(?:remind me|set (?:up )?a reminder|(?:create|add|make|new) (?:a )?reminder|reminder:?)\s?(.*)$/i,
    ([, text], moment) => reminder(text ?? '', moment),
  ),
  rule(
    /^(?:remember|keep in mind|don'?t forget|note for you:?|make a mental note)(?: that|:)?\s+(.+)$/i,
    ([, text = '']) => ({
      kind: 'remember',
      text,
      memory: /^(?:to )?(?:always|never|answer|reply|call me|address me|speak|write|keep (?:it|your))\b/i.test(text)
        ? 'INSTRUCTION'
        : /^i (?:like|love|prefer|hate|dislike|want|enjoy)\b/i.test(text)
          ? 'PREFERENCE'
          : 'FACT',
    }),
  ),
  rule(/^((?:from now on,? |please )?(?:always|never) .+|from now on,? .+|call me .+)$/i, ([, text = '']) => ({
    kind: 'remember',
    text,
    memory: 'INSTRUCTION',
  })),
  rule(
    /^(?:what|which)(?: did| does| has| have)?(?: my| the)? research (?:say|said|find|found|tell)?\s?(?:me )?(?:about|on|regarding|for)?\s?(.+)$/i,
    ([, query]) => find('RESEARCH', query),
  ),
  rule(
    /^(?:find|search|show|look up|look for)(?: me)?(?: in| for| through)?(?: my| the| all)? research(?: results?)?\s?(?:about|on|for|regarding)?\s?(.+)$/i,
    ([, query]) => find('RESEARCH', query),
  ),
  rule(
    /^what (?:did|have) (?:i|we) (?:say|said|talk(?:ed)?|ask(?:ed)?|tell you|told you|discuss(?:ed)?|chat(?:ted)?)(?: you)?\s?(?:about|on|regarding)?\s?(.+)$/i,
    ([, query]) => find('MESSAGES', query),
  ),
  rule(
    /^(?:find|search|show|look up|look for)(?: me)?(?: in| for| through)?(?: my| our| the| all)? (?:messages?|conversations?|chats?|talks?)\s?(?:about|on|for|regarding|where (?:i|we) (?:talked|spoke) about)?\s?(.+)$/i,
    ([, query]) => find('MESSAGES', query),
  ),
  rule(
    /^what (?:did|have) i (?:write|written|note|noted|wrote)(?: down)?\s?(?:about|on|regarding)?\s?(.+)$/i,
    ([, query]) => find('NOTES', query),
  ),
  rule(
    /^(?:find|search|show|look up|look for)(?: me)?(?: in| for| through)?(?: my| the| all)? notes?\s?(?:about|on|for|regarding|with)?\s?(.+)$/i,
    ([, query]) => find('NOTES', query),
  ),
  rule(/^(?:find|search(?: for)?|look for|look up)\s(.+)$/i, ([, query]) => find('NOTES', query)),
  rule(
    /^(?:list|show(?: me)?|what are|what|which|tell me|give me|see|view|do i have(?: any)?|how many)\s?(?:all )?(?:of )?(?:my |the )?(?:current |active |open )?(goals|habits|targets|life ?areas|areas(?: of (?:my )?life)?|reminders|memories|things you remember)\b.{0,40}$/i,
    ([, what = '']) => list(what),
  ),
  rule(/^(?:my )?(goals|habits|life ?areas|reminders|memories)$/i, ([, what = '']) => list(what)),
  rule(/^what do you (?:remember|know) about me.{0,20}$/i, () => list('memories')),
  rule(
    /^(?:what(?:'s| is| am i| do i have)?|anything|which goals are)(?: still)? (?:due|on|left|open|to do|planned|supposed to do)(?: for| on)?(?: me)?(?: today| now| to do| the agenda.*)?(?: today)?$/i,
    () => ({ kind: 'today', focus: 'DUE' }),
  ),
  rule(/^what (?:do i (?:still )?(?:have|need) to do|should i do|must i do)(?: still)? today$/i, () => ({
    kind: 'today',
    focus: 'DUE',
  })),
  rule(
    /^what(?:'s| is| should| do| can| could| must)?(?: i| we)?(?: do| tackle| work on)?(?: next| first| now| most urgent| urgent| the most urgent thing)$/i,
    () => ({ kind: 'today', focus: 'NEXT' }),
  ),
  rule(
    /^(?:what should i (?:do|focus on|work on)\b.{0,30}|what(?:'s| is) (?:next|most urgent|urgent).{0,20}|what needs (?:my )?attention.{0,20})$/i,
    () => ({ kind: 'today', focus: 'NEXT' }),
  ),
  rule(
    /^(?:(?:give me |show me )?(?:a |the |my )?(?:summary|overview|recap|status)(?: of| for)?(?: my| the)?(?: today| day)?|how(?:'s| is| was| has)(?: my)? (?:day|today)(?: going| been| so far)*|summari[sz]e (?:my |the )?(?:today|day)|today|how am i doing today|my day|dashboard)$/i,
    () => ({ kind: 'today', focus: 'SUMMARY' }),
  ),
  rule(
    /^(?:what(?:'s| is)|how(?:'s| is)|how long is|show(?: me)?|tell me)(?: about)? (?:my )?(?:current |longest |best )?(.{0,60}?)\s?streaks?(?: (?:for|on|with|in|of) (.+?))?(?: going| doing)?$/i,
    ([, before, after]) => standing(after ?? before, 'STREAK'),
  ),
  rule(
    /^(?:how am i doing|how are things(?: going)?|how(?:'s| is) it going|how are my (?:goals|habits)(?: doing| going)?|am i on track|am i doing (?:well|ok(?:ay)?)|how far (?:am i|have i come)|what(?:'s| is) my progress|show (?:me )?my progress|my progress|progress)(?: so far| overall| in general)?(?: (?:with|on|for|in|at|about|regarding|toward|towards|to) (.+))?$/i,
    ([, subject]) => standing(subject, 'PACE'),
  ),
  rule(
    /^how(?:'s| is| are| did| has| have)(?: my| the| i)? (.+?)(?: goal| habit)?(?: going| doing| coming along| coming on| looking| do| gone| been going)(?: so far)?$/i,
    ([, subject]) => standing(subject, 'PACE'),
  ),
  rule(
    /^(?:what(?:'s| is) (?:my|the) |show (?:me )?(?:my |the )?)?(?:progress|status|state|pace|forecast)(?: on| with| of| for| in) (.+)$/i,
    ([, subject]) => standing(subject, 'PACE'),
  ),
  rule(
    /^(?:how (?:much|many|far|often)|when will|will|did|have|has|do) (?:have |did |do |will |am )?i (?:reach |hit |finish |already |still |be done with |need to )?(.+?)(?: today| this week| so far| yet| in time)?$/i,
    ([, subject]) => standing(subject, 'PACE'),
  ),
  rule(
    /^how (?:much|many) (.+?) (?:have|did) i (.+?)(?: so far| this (?:week|month|year)| yet)?$/i,
    ([, what, verb]) => ({ kind: 'standing', subject: `${verb} ${what}`, focus: 'PACE' }),
  ),
  rule(
    /^(?:create|make|add|set(?: up)?|start|begin|track)(?: me)? (?:a |an |another |the )?(?:new )?(goal|habit|target)(?: called| named| to| of| for|:)?\s+(.+)$/i,
    ([, word, text = ''], moment) => goal(text, moment, word),
  ),
  rule(/^(?:create|make|add|set(?: up)?|start|i want)? ?(?:a |an )?(?:new )?(goal|habit)$/i, ([, word = '']) =>
    unnamed(word),
  ),
  rule(
    /^(?:change|set|raise|lower|update|increase|reduce|adjust) (?:the )?(?:target (?:of|for) )?(?:my |the )?(.+?)(?: goal| target| habit)?(?:'s target)? to ([\d€$£].{0,40})$/i,
    ([, subject, text = '']) => retarget(subject, text),
  ),
  rule(/^(?:a )?new (goal|habit|target)(?: called| named| to|:| -)?\s+(.+)$/i, ([, word, text = ''], moment) =>
    goal(text, moment, word),
  ),
  rule(/^(goal|habit):\s*(.+)$/i, ([, word, text = ''], moment) => goal(text, moment, word)),
  rule(/^i(?:(?:'d| would) like| want| plan) to (?:start|begin|take up|get into) (.+)$/i, ([, text = ''], moment) =>
    goal(text, moment, 'habit'),
  ),
  rule(/^my (?:new )?(goal|habit|target) is(?: to)?\s+(.+)$/i, ([, word, text = ''], moment) =>
    goal(text, moment, word),
  ),
  rule(
    /^(?:i want to|i(?:'d| would) like to|i(?:'m| am) going to|i(?:'ll| will)|i plan to|my aim is to|i aim to) (.+)$/i,
    ([, text = ''], moment) => wish(text, moment),
  ),
  rule(/^skip(?: the| my)? (.+?)(?:(?:,? (?:because|since|as)|,) (.+))?$/i, ([, text = '', note], moment) =>
    skip(text, note, moment),
  ),
  rule(
    /^(?:no|rest day for|day off (?:from|for)) (.+?) (today|tomorrow|on \w+)(?:(?:,? (?:because|since|as)|,) (.+))?$/i,
    ([, text = '', day, note], moment) => skip(`${text} ${day}`, note, moment),
  ),
  rule(
    /^(?:mark|check off|tick off)(?: off)? (.+?)(?: as)?(?: done| off)? (?:for )?(today|yesterday)$/i,
    ([, text = '', day], moment) => log(`${text} ${day}`, moment),
  ),
  rule(/^mark (.+?) (?:as )?done$/i, ([, text]) => change('DONE', text)),
  rule(/^(?:mark|set) (.+?) (?:as )?(?:complete|completed|finished|reached)(?: for good)?$/i, ([, text]) =>
    change('COMPLETE', text),
  ),
  rule(/^(?:complete|close|finish) (?:my |the )?(.+)$/i, ([, text]) => change('COMPLETE', text)),
  rule(/^(?:i(?:'m| am) )?done with (.+)$/i, ([, text]) => change('DONE', text)),
  rule(/^(?:pause|suspend|freeze|put on hold) (.+)$/i, ([, text]) => change('PAUSE', text)),
  rule(/^put (.+) on hold$/i, ([, text]) => change('PAUSE', text)),
  rule(/^(?:resume|unpause|continue|restart|reactivate) (.+)$/i, ([, text]) => change('RESUME', text)),
  rule(
    /^(?:log|add|record|track|enter|count|put(?: down| in)?|note(?: down)?)(?: that i)? (.+)$/i,
    ([, text = ''], moment) =>
      log(text.replace(/ (?:to|for|on|under) (?:my |the )?(?=\S+(?: goal| habit)?$)/i, ' '), moment),
  ),
  rule(
    /^(?:i(?:'ve| have)?|we(?:'ve| have)?) (?:just |already |also |only |finally )?(?:been |done )?(weigh|weighed)(?: in at)? (.+)$/i,
    ([, , text = ''], moment) => log(`weight ${text}`, moment),
  ),
  rule(/^i(?:'ve| have)? (?:been|was) (\p{L}{3,20}ing)\b ?(.*)$/iu, ([, verb = '', text = ''], moment) =>
    log(`${verb} ${text}`, moment),
  ),
  rule(/^my weight (?:is|was) (.+)$/i, ([, text = ''], moment) => log(`weight ${text}`, moment)),
  rule(
    new RegExp(`^(?:(?:i|we)(?:'ve| have)? )?(?:just |already |also |only |finally )?(${done})\\b ?(.*)$`, 'i'),
    ([, verb = '', text = ''], moment) => log(withVerb(verb, text), moment),
  ),
  rule(
    new RegExp(`^(?:i|we)(?:'ve| have)? (?:just |already |also )?${notDone}(\\p{L}{2,20}ed)\\b ?(.*)$`, 'iu'),
    ([, verb = '', text = ''], moment) => log(withVerb(verb, text), moment),
  ),
  rule(
    /^([a-z]{2,20}ed)((?: (?:today|yesterday|this|on|for|at|last|\d).{0,80})?)$/i,
    ([, verb = '', text = ''], moment) => log(withVerb(verb, text), moment),
  ),
];

function list(what: string): Request {
  if (/area/i.test(what)) return { kind: 'list', what: 'AREAS' };
  if (/reminder/i.test(what)) return { kind: 'list', what: 'REMINDERS' };
  return { kind: 'list', what: /memor|remember/i.test(what) ? 'MEMORIES' : 'GOALS' };
}
