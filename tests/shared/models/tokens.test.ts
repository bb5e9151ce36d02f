import { describe, expect, test } from '@jest/globals';
import { tokensOf, tokensOfRequest, tokensOfTurn } from '../../../subgraphs/shared/models/tokens.ts';
import { request, tool } from './support.ts';

describe('the estimate of tokens', () => {
  // The second number is what o200k_base makes of it.
  test.each([
    ['Yesterday I ran five kilometres and read twenty pages of the book that I got for my birthday.', 20],
    ['Die Geschwindigkeitsbegrenzung auf der Autobahn wird im nächsten Jahr überprüft.', 18],
    ['Вчера я пробежал пять километров и прочитал двадцать страниц книги, которую мне подарили на день рождения.', 25],
    ['我昨天跑了五公里，还读了二十页朋友送给我的书。今天晚上我想继续努力，完成这个月的目标。', 31],
    ['昨日は五キロ走って、誕生日にもらった本を二十ページ読みました。今日も頑張りたいと思います。', 32],
    ['어제 나는 5킬로미터를 달렸고 생일 선물로 받은 책을 스무 페이지 읽었다.', 27],
    ['कल मैंने पाँच किलोमीटर दौड़ लगाई और जन्मदिन पर मिली किताब के बीस पन्ने पढ़े।', 24],
    ['🎉🏃‍♂️📚💪🏽👨‍👩‍👧‍👦🇩🇪✅', 29],
    ['{"data":{"viewer":{"goals":{"nodes":[{"id":"goal_1","title":"Read","percent":42.5}]}}}}', 31],
  ])('of %s is enough, and not absurd', (text, real) => {
    expect(tokensOf(text)).toBeGreaterThanOrEqual(real);
    expect(tokensOf(text)).toBeLessThanOrEqual(real * 3);
  });

  test('of nothing is nothing, and of blanks is little', () => {
    expect(tokensOf('')).toBe(0);
    expect(tokensOf(' ')).toBe(0);
    expect(tokensOf('\n')).toBe(1);
    expect(tokensOf(' '.repeat(1_000))).toBe(1);
  });

  test('never shrinks when text is added', () => {
    const text = 'Hello World, 你好 🎉 12.5 км\n\n{"a": [1, 2]}';
    for (let end = 1; end <= text.length; end++) {
      expect(tokensOf(text.slice(0, end))).toBeGreaterThanOrEqual(tokensOf(text.slice(0, end - 1)));
    }
  });

  test('of a request counts all that is sent', () => {
    const bare = request({ system: '', turns: [], tools: [] });
    const sizes = [
      bare,
      { ...bare, system: 'You are Jarvis.' },
      { ...bare, system: 'You are Jarvis.', turns: request().turns },
      request(),
      request({ tools: [tool, { ...tool, name: 'Other' }] }),
    ].map(tokensOfRequest);
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    expect(new Set(sizes).size).toBe(sizes.length);
  });

  test('of a turn counts calls and their results', () => {
    const written = '{"search":"reading"}';
    const call = { id: 'a', name: 'ListGoals', arguments: written };
    const quiet = tokensOfTurn({ role: 'assistant', text: '', toolCalls: [] });
    expect(tokensOfTurn({ role: 'assistant', text: '', toolCalls: [call] })).toBeGreaterThan(quiet + tokensOf(written));
    const result = { id: 'a', name: 'ListGoals', content: written, isError: false };
    expect(tokensOfTurn({ role: 'tools', results: [result, result] })).toBeGreaterThan(2 * tokensOf(written));
  });
});
