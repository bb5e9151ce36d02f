import type { Request } from '../../requests.ts';
import { meaningsOf } from '../meanings.ts';
import { type Rule, rule } from '../rules.ts';
import { germanCalendar } from './calendar.ts';
import { germanNumbers } from './numbers.ts';

const participles =
  'gelaufen|gejoggt|gerannt|gelesen|gegangen|spaziert|geschwommen|geradelt|gefahren|getrunken|gegessen|geschlafen|meditiert|gelernt|geübt|trainiert|geschrieben|gespart|gespielt|gemacht|getan|gewogen|gewandert|gedehnt|geturnt|gekocht|geputzt|gegeben|gespendet|gearbeitet|programmiert|geschafft|gemalt|gesungen|getanzt';
const empty = /^(?:gemacht|getan|gegeben|geschafft)$/i;
const bring = (verb: string, rest: string) => (empty.test(verb) ? rest : `${verb} ${rest}`);

const subjectOf = (text = '') =>
  text
    .replace(/^(?:mein(?:e[mnrs]?)?|de[mnr]|das|die) /i, '')
    .replace(/[- ]?(?:ziel|gewohnheit)$/i, '')
    .trim();

/** What a reminder is of: without what introduces it, and what introduced its time. */
const messageOf = (text: string) =>
  text
    .replace(/^[\s,:]*(?:(?:bitte|an|daran|dass ich|zu[mr]?|ans|ich soll|ich muss)(?!\p{L})[\s,:]*)+/iu, '')
    .replace(/[\s,]+(?:um|am|an|jeden)?$/i, '')
    .replace(/(^| )zu (?=\p{L}+n$)/u, '$1')
    .replace(/^(?:mein(?:e[mnrs]?)?|de[mnr]|das|die) /i, '')
    .trim();

export const germanMeanings = meaningsOf({
  calendar: germanCalendar,
  numbers: germanNumbers,
  habit: /gewohnheit/i,
  beforeQuery: /^(?:über|zu[mr]?|nach) /i,
  subjectOf,
  messageOf,
});
const { goal, log, standing, find, change, unnamed, retarget, skip, reminder, wish } = germanMeanings;

/** What can be asked for, and how; the first that fits counts. */
export const germanRules: readonly Rule[] = [
  rule(/^(?:hallo|hi|hey|moin|servus|grüß gott|guten (?:morgen|tag|abend))(?: jarvis| zusammen)*$/i, () => ({
    kind: 'talk',
    about: 'GREETING',
  })),
  rule(/^wie geht(?:'s| es)?(?: dir| ihnen)?$/i, () => ({ kind: 'talk', about: 'GREETING' })),
  rule(/^(?:vielen |herzlichen |ok,? )?(?:dank|danke)(?:\b.{0,40})?$/i, () => ({ kind: 'talk', about: 'THANKS' })),
  rule(/^(?:tschüss?|auf wiedersehen|gute nacht|bis (?:später|bald|morgen)|ciao)(?: .{0,20})?$/i, () => ({
    kind: 'talk',
    about: 'GOODBYE',
  })),
  rule(
    /^(?:hilfe|hilf mir|was kannst du.{0,40}|was verstehst du.{0,20}|wie (?:funktioniert das|funktionierst du))$/i,
    () => ({ kind: 'talk', about: 'HELP' }),
  ),
  rule(
    /^(?:wer bist du|was bist du|wie heißt du|bist du .{0,40}(?:ki|künstliche intelligenz|bot|roboter|sprachmodell|mensch|echt|gpt|chatgpt|maschine).{0,20}|welches (?:modell|sprachmodell).{0,30})$/i,
    () => ({ kind: 'talk', about: 'IDENTITY' }),
  ),
  rule(/^(?:ok(?:ay)?|super|toll|prima|gut|perfekt|klasse)$/i, () => ({ kind: 'talk', about: 'THANKS' })),
  rule(
    /^(?:rückgängig(?: machen)?|mach(?:e)? (?:das|es) rückgängig|nimm das zurück|lösche? (?:das|den letzten eintrag))(?:\b.{0,30})?$/i,
    () => ({ kind: 'undo' }),
  ),
  rule(
    /^(?:erinner(?:e|st du)? mich(?: bitte)?|(?:neue |eine )?erinnerung:?|stell(?:e)? (?:mir )?eine erinnerung)\s?(.*)$/i,
    ([, text = ''], moment) => reminder(text, moment),
  ),
  rule(
    /^(?:merk(?:e)? dir|behalte|denk(?:e)? daran|vergiss nicht)(?: bitte)?(?:,? dass|:|,)?\s+(.+)$/i,
    ([, text = '']) => ({
      kind: 'remember',
      text,
      memory: /^(?:immer|nie|antworte|nenn|sprich|schreib)/i.test(text)
        ? 'INSTRUCTION'
        : /^ich (?:mag|liebe|hasse|bevorzuge)\b/i.test(text)
          ? 'PREFERENCE'
          : 'FACT',
    }),
  ),
  rule(
    /^((?:antworte|sprich|schreib(?:e)?|nenn(?:e)? mich) .+|(?:immer|nie|niemals|ab jetzt|von nun an) .+)$/i,
    ([, text = '']) => ({ kind: 'remember', text, memory: 'INSTRUCTION' }),
  ),
  rule(
    /^was (?:sagt|sagte|hat|haben|ergab) (?:meine |die )?recherchen?(?: (?:über|zu[mr]?))? (.+?)(?: (?:ergeben|gefunden|gesagt))?$/i,
    ([, query]) => find('RESEARCH', query),
  ),
  rule(
    /^(?:finde|suche?|such|zeige?)(?: mir)?(?: in)? (?:meinen? |den |die )?recherchen?(?: nach)? (.+)$/i,
    ([, query]) => find('RESEARCH', query),
  ),
  rule(/^was (?:habe|hab) ich (?:dir )?(?:über|zu[mr]?|von) (.+?) (?:gesagt|erzählt|gefragt)$/i, ([, query]) =>
    find('MESSAGES', query),
  ),
  rule(/^(?:worüber|was) haben wir (?:über|zu[mr]?) (.+?) (?:gesprochen|gesagt|geredet)$/i, ([, query]) =>
    find('MESSAGES', query),
  ),
  rule(/^was (?:habe|hab) ich (?:über|zu[mr]?|von) (.+?) (?:geschrieben|notiert|aufgeschrieben)$/i, ([, query]) =>
    find('NOTES', query),
  ),
  rule(/^(?:finde|suche?|zeige?)(?: mir)?(?: in)? (?:meinen? |alle |die )?notizen?(?: nach)? (.+)$/i, ([, query]) =>
    find('NOTES', query),
  ),
  rule(/^(?:finde|suche|such)(?: nach)? (.+)$/i, ([, query]) => find('NOTES', query)),
  rule(
    /^(?:(?:zeige?|liste|nenne?)(?: mir)?(?: alle)?(?: auf)?|was sind|welche|wie lauten|habe ich)\s?(?:alle )?(?:meine[nr]? |die )?(?:aktiven |aktuellen )?(ziele|gewohnheiten|lebensbereiche|bereiche|erinnerungen)\b.{0,30}$/i,
    ([, what = '']) => list(what),
  ),
  rule(
    /^(?:meine |liste der |alle )?(ziele|gewohnheiten|lebensbereiche|erinnerungen)(?: bitte| auflisten| anzeigen)?$/i,
    ([, what = '']) => list(what),
  ),
  rule(/^was (?:weißt du über mich|hast du dir (?:über mich )?gemerkt).{0,20}$/i, () => ({
    kind: 'list',
    what: 'MEMORIES',
  })),
  rule(
    /^was (?:ist|steht|gibt(?:'s| es)|muss ich|liegt|habe ich)(?: denn| noch)?(?: heute)?(?: noch)?(?: fällig| an| zu tun| tun| machen| zu erledigen| offen| heute)?(?: heute)?$/i,
    () => ({ kind: 'today', focus: 'DUE' }),
  ),
  rule(
    /^was (?:soll|sollte|kann|mache|tue|muss) ich (?:als nächstes|jetzt|als erstes|zuerst)(?: tun| machen)?$|^was (?:kommt|ist|steht) (?:als nächstes(?: an)?|am dringendsten)$/i,
    () => ({ kind: 'today', focus: 'NEXT' }),
  ),
  rule(
    /^(?:(?:gib mir |zeige? mir )?(?:eine |die |meine )?(?:zusammenfassung|übersicht)(?: (?:von |für |des |über )?(?:heute|tages|den tag|meinen tag))?|wie (?:läuft|war|ist) (?:mein|der) tag|wie läuft(?:'s| es) heute|heute|mein tag)$/i,
    () => ({ kind: 'today', focus: 'SUMMARY' }),
  ),
  rule(
    /^(?:wie (?:ist|lang ist|steht|läuft)|was ist|zeig(?:e)?(?: mir)?) (?:meine |es um meine )?(?:aktuelle |längste )?(.{0,40}?)[- ]?(?:serie|strähne|streak)(?: (?:bei|beim|mit|für|im|in) (.+?))?$/i,
    ([, before, after]) => standing(after ?? before, 'STREAK'),
  ),
  rule(
    /^(?:wie (?:läuft|laufen|steht|stehe|geht|komme|weit bin|liege|sieht)(?: es| ich|'s)?|bin ich (?:auf kurs|im plan|im soll|gut dabei|im rückstand)|liege ich im plan|wie ist mein fortschritt|mein fortschritt|fortschritt)(?: denn| so| voran| da)?(?: (?:mit|bei|beim|im|in|um|zum|für)(?: dem| der| den| meinem| meinen| meiner)? (.+?))?(?: voran| aus)?$/i,
    ([, subject]) => standing(subject),
  ),
  rule(
    /^wie (?:läuft|laufen|geht es|gehen|geht|steht es um|ist) (?:mein(?:e[nmrs]?)? |das |die |der )?(.+?)(?: voran| so)?$/i,
    ([, subject]) => standing(subject),
  ),
  rule(
    /^(?:wie viele?|habe ich|hab ich|wann erreiche ich|erreiche ich|schaffe ich) (.+?)(?: heute| schon)?$/i,
    ([, subject]) => standing(subject),
  ),
  rule(
    /^(?:erstell(?:e)?|leg(?:e)?|füge?|mach(?:e)?|starte)(?: mir)? (?:ein |eine |das |die )?(?:neue[s]? )?(ziel|gewohnheit)(?: an| hinzu)?(?: namens|:|,)?\s+(.+?)(?: an| hinzu)?$/i,
    ([, word, text = ''], moment) => goal(infinitive(text), moment, word),
  ),
  rule(/^(?:ein |eine )?neue[s]? (ziel|gewohnheit)(?::|,| -)?\s+(.+)$/i, ([, word, text = ''], moment) =>
    goal(infinitive(text), moment, word),
  ),
  rule(/^mein (?:neues )?ziel ist(?: es)?,?\s+(.+)$/i, ([, text = ''], moment) => goal(infinitive(text), moment)),
  rule(/^ich (?:will|möchte|werde|habe vor,?) (.+)$/i, ([, text = ''], moment) => wish(text, moment)),
  rule(/^(?:überspring(?:e)?|lass) (.+?)(?: aus| ausfallen)?(?:(?:,? weil|,) (.+))?$/i, ([, text = '', note], moment) =>
    skip(text, note, moment),
  ),
  rule(/^(?:markier(?:e)?|hak(?:e)?) (.+?) (?:als erledigt|ab)$/i, ([, text]) => change('DONE', text)),
  rule(
    /^(?:erstell(?:e)?|leg(?:e)?|mach(?:e)?)? ?(?:mir )?(?:ein |eine )?(?:neues? )?(ziel|gewohnheit)(?: an)?$/i,
    ([, word = '']) => unnamed(word),
  ),
  rule(/^(?:änder(?:e)?|setz(?:e)?|erhöh(?:e)?|senk(?:e)?) (.+?) auf (\d.{0,40})$/i, ([, subject, text = '']) =>
    retarget(subject, text),
  ),
  rule(/^(?:markier(?:e)?|setz(?:e)?) (.+?) als (?:abgeschlossen|erreicht|fertig)$/i, ([, text]) =>
    change('COMPLETE', text),
  ),
  rule(/^(?:schließ(?:e)?|beende) (.+?)(?: ab)?$/i, ([, text]) => change('COMPLETE', text)),
  rule(/^(?:pausier(?:e|en)?) (.+)$|^(?:leg(?:e)?) (.+) auf eis$/i, ([, text, other]) =>
    change('PAUSE', text ?? other),
  ),
  rule(
    /^(?:setz(?:e)?) (.+) fort$|^(?:reaktivier(?:e)?|fortsetzen:?) (.+)$|^nimm (.+) wieder auf$/i,
    ([, one, two, three]) => change('RESUME', one ?? two ?? three),
  ),
  rule(
    /^(?:log(?:ge)?|trag(?:e)?|notier(?:e)?|erfass(?:e)?|buch(?:e)?|schreib(?:e)?|füge?|zähl(?:e)?)(?: mir)? (.+?)(?: ein| auf| hinzu| dazu)?$/i,
    ([, text = ''], moment) => log(text, moment),
  ),
  rule(/^(?:ich wiege|mein gewicht (?:ist|beträgt)) (?:jetzt |heute )?(.+)$/i, ([, text = ''], moment) =>
    log(`gewicht ${text}`, moment),
  ),
  rule(new RegExp(`^(?:ich )?(?:habe?|bin)(?: ich)? (.+?) ?(${participles})(?:(,| \\().*)?$`, 'i'), (match, moment) =>
    log(participle(match), moment),
  ),
  rule(new RegExp(`^(?:ich )?(?:habe?|bin)(?: ich)? (${participles})$`, 'i'), ([, verb = ''], moment) =>
    log(verb, moment),
  ),
  rule(
    new RegExp(`^(?!was|wie|wer|wann|wo)(.{0,80}?) ?(?<!\\p{L})(${participles})$`, 'iu'),
    ([, rest = '', verb = ''], moment) => log(bring(verb, rest), moment),
  ),
];

function participle([whole, rest = '', verb = '', tail]: RegExpMatchArray): string {
  const index = tail ? whole.lastIndexOf(verb) + verb.length : whole.length;
  return `${bring(verb, rest)}${whole.slice(index)}`;
}

function list(what: string): Request {
  if (/bereich/i.test(what)) return { kind: 'list', what: 'AREAS' };
  return { kind: 'list', what: /erinnerung/i.test(what) ? 'REMINDERS' : 'GOALS' };
}

/** "24 Bücher zu lesen" is "24 Bücher lesen". */
const infinitive = (text: string) => text.replace(/(?:^| )zu (?=\p{L}+(?:n|$))/iu, ' ').trim();
