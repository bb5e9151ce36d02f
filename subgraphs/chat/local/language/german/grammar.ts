import type { Grammar } from '../grammar.ts';
import { readBy } from '../rules.ts';
import { germanCalendar } from './calendar.ts';
import { germanNumbers } from './numbers.ts';
import { germanPhrases } from './phrases.ts';
import { germanMeanings, germanRules } from './requests.ts';

export const german: Grammar = {
  language: 'de',
  phrases: germanPhrases,
  marks: new Set(
    'ich der die das und ist mit mich mir mein meine meinen meinem für nicht ein eine einen wie was heute gestern morgen habe hab bin du dich zu zum zur um uhr jeden jede erinnere erinner ziel ziele neue neues gewohnheit seiten gelesen gelaufen gemacht meditiert trage trag bitte danke hallo auf im bei beim läuft steht zeige zeig merke merk dir wer bist kannst hilfe überspringe pausiere täglich woche getrunken notiere notier logge erfasse buche schritte wasser stunden minuten ja nein gewicht lesen laufen'.split(
      ' ',
    ),
  ),
  calendar: germanCalendar,
  numbers: germanNumbers,
  starts:
    /^(?:auch |dann |bitte )*(?:erinner|log|trag|notier|wie|was|welche|wann|wer|bist du|zeig|liste|erstell|leg|neues? |neue |merk|überspring|pausier|beende|markier|finde|such|antworte|hilfe|danke|hallo|ich (?:habe?|bin|will|möchte|wiege))/i,
  fillers: new Set(
    'ein eine einen einem einer der die das den dem des mein meine meinen meinem meiner ich habe hab bin und oder ist war mit von vom für im in am an auf zu zum zur bei beim es so mal pro jeden jede jedes tag tage woche monat jahr ziel gewohnheit uber was wie noch schon auch nur gerade eben minuten min stunden stunde km gemacht getan'.split(
      ' ',
    ),
  ),
  answers: {
    yes: /^(?:ja|jo|jep|klar|gerne?|ok(?:ay)?|bitte|mach das|natürlich|genau|richtig|in ordnung|passt)(?:[ ,.!]+(?:bitte|gerne?|mach das|danke|klar))*[.! ]*$/i,
    no: /^(?:nein|nö|ne|nee|lieber nicht|nicht|abbrechen|vergiss es|keine?s?|lass es|stopp)(?:[ ,.!]+(?:danke|bitte|davon))*[.! ]*$/i,
    all: /^(?:beide|alle|beides|alles)(?: bitte)?[.! ]*$/i,
    ordinals: [
      /^(?:das |die |der )?(?:erste[rsn]?|1\.?|eins)[.! ]*$/i,
      /^(?:das |die |der )?(?:zweite[rsn]?|2\.?|zwei)[.! ]*$/i,
      /^(?:das |die |der )?(?:dritte[rsn]?|3\.?|drei)[.! ]*$/i,
      /^(?:das |die |der )?(?:vierte[rsn]?|4\.?|vier)[.! ]*$/i,
      /^(?:das |die |der )?(?:fünfte[rsn]?|5\.?|fünf)[.! ]*$/i,
    ],
  },
  tidy: (clause) =>
    clause
      .replace(/^(?:(?:hey|hi|ok|okay|hallo|so|also|dann|und|aber|bitte|jarvis)[\s,]+(?=\S))*/i, '')
      .replace(/^(?:kannst|könntest|würdest) du (?:bitte )?(?:mich (.+) erinnern$)/i, 'erinnere mich $1')
      .replace(/^(?:kannst|könntest|würdest) du (?:mir )?(?:bitte )?/i, '')
      .replace(/[,\s]+(?:bitte|jarvis|danke)$/i, '')
      .replace(/^(heute|gestern|vorgestern|am \p{L}+tag) (?:habe?|bin) ich (.+)$/iu, 'ich habe $1 $2')
      .replace(
        /^(heute(?: früh| morgen| abend)?|gestern(?: abend)?|vorgestern) (?=\S)(?!(?:ist|steht)\b)(.+)$/i,
        '$2 $1',
      ),
  read: (clause, moment) => readBy(germanRules, clause, moment),
  readReminder: germanMeanings.readReminder,
  readLog: germanMeanings.log,
};
