/** Words that say nothing of what a text is about. */
const common = new Set(
  `a about above after again against all also am an and any are as at be because been before being below between both but by can could did do does doing
  down during each few for from further had has have having he her here hers him his how i if in into is it its just like made make many may me might more most
  much must my new no nor not now of off on once one only or other our out over own said same say says she should show so some such than that the their them then
  there these they this those through to too two under until up us use used using very want was we were what when where which while who whom why will with would
  you your aber alle als also am an auch auf aus bei bin bis da das dass dem den der des die dies diese diesem diesen dieser dieses doch dort du durch ein eine
  einem einen einer eines er es für hat hatte ich ihr im in ist ja kann kein keine man mehr mein mit nach nicht noch nur ob oder ohne sehr sein seine sich sie
  sind so über um und uns unter vom von vor war waren was weil wenn wer wie wir wird wo zu zum zur`.split(/\s+/),
);

/** The telling words of a text, as their stems, in its order. */
export function termsOf(text: string): string[] {
  const terms: string[] = [];
  for (const word of text
    .toLowerCase()
    .match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+|(?:(?!\p{Script=Han})[\p{L}\p{N}])+/gu) ?? []) {
    if (/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}/u.test(word)) {
      // Without spaces there are no words to see: pairs of characters stand in for them.
      for (let at = 0; at < Math.max(1, word.length - 1); at++) terms.push(word.slice(at, at + 2));
    } else if (word.length > 1 && !common.has(word)) terms.push(stem(word));
  }
  return terms;
}

/** Plural and tense, roughly: the same word in another form is to count as the same, and no more. */
const stem = (word: string) =>
  word.length > 4 && /^[a-zäöüß]+$/.test(word)
    ? word.replace(/(?:ations?|ings?|ies|ied|edly|ed|es|en|er|e|s|y)$/, '')
    : word;
