import type { Grammar } from '../grammar.ts';
import { readBy } from '../rules.ts';
import { englishCalendar } from './calendar.ts';
import { englishNumbers } from './numbers.ts';
import { englishPhrases } from './phrases.ts';
import { englishMeanings, englishRules } from './requests.ts';

export const english: Grammar = {
  language: 'en',
  phrases: englishPhrases,
  marks: new Set(
    'the my i did what how and of with to is am remind me every today yesterday tomorrow goal goals read ran log show this you are'.split(
      ' ',
    ),
  ),
  calendar: englishCalendar,
  numbers: englishNumbers,
  starts:
    /^(?:also |then |please )*(?:remind me|set a reminder|log|add|record|track|how|what|which|when|who|are you|show|list|create|new goal|new habit|start|remember|skip|pause|resume|complete|mark|change|find|search|always|never|undo|i (?:want|'d|would|ran|read|did|swam|walked|drank)|i'(?:ve|d)|help|thanks|thank you|hello|hi|hey|bye|meditated|ran|walked|swam|read|drank|wrote|slept|did)\b/i,
  fillers: new Set(
    'a an the my i of for to in on at with and or is was were it this that some more times time per every day days week weeks month year goal habit about did do done had have been just also last next out up down today got be by as from me minutes minute min hours hour h km'.split(
      ' ',
    ),
  ),
  answers: {
    yes: /^(?:yes|yep|yeah|yup|sure|ok(?:ay)?|please do|do it|go ahead|of course|y|correct|right|exactly|absolutely|sounds good)(?:[ ,.!]+(?:please|do|do it|go ahead|create it|make it|thanks?|that one))*[.! ]*$/i,
    no: /^(?:no|nope|nah|n|never ?mind|don'?t|cancel|stop|forget it|none|neither|not now|leave it)(?:[ ,.!]+(?:thanks?|thank you|please|of them|do not|don'?t))*[.! ]*$/i,
    all: /^(?:both|all|all of them|both of them|every one|each)(?: please)?[.! ]*$/i,
    ordinals: [
      /^(?:the )?(?:first|1st|1|former|one)(?: one)?[.! ]*$/i,
      /^(?:the )?(?:second|2nd|2|two)(?: one)?[.! ]*$/i,
      /^(?:the )?(?:third|3rd|3|three)(?: one)?[.! ]*$/i,
      /^(?:the )?(?:fourth|4th|4|four)(?: one)?[.! ]*$/i,
      /^(?:the )?(?:fifth|5th|5|five)(?: one)?[.! ]*$/i,
    ],
  },
  tidy: (clause) =>
    clause
      .replace(/^(?:(?:hey|hi|ok|okay|hello|so|well|now|also|then|and|but|please|pls|jarvis)[\s,]+(?=\S))*/i, '')
      .replace(/^(?:can|could|would|will) you (?:please )?(?:help me (?:to )?)?/i, '')
      .replace(/^(?:i(?:'d| would) like you to|i want you to|i need you to|let'?s|please) /i, '')
      .replace(/[,\s]+(?:please|pls|jarvis|thanks|thank you|for me)(?:[,\s]+please)?$/i, '')
      .replace(/^(?:can|could|may) i (?:please )?(?:see|get) /i, 'show ')
      .replace(
        /^((?:earlier )?(?:today|yesterday|this (?:morning|afternoon|evening)|last night)|on \w+day(?: (?:morning|afternoon|evening))?),? (?=\S)(.+)$/i,
        '$2 $1',
      ),
  read: (clause, moment) => readBy(englishRules, clause, moment),
  readReminder: englishMeanings.readReminder,
  readLog: englishMeanings.log,
};
