const MAX_COUNT = 999;
const ONES = (
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen ' +
  'eighteen nineteen'
).split(' ');
const TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];

/** The numbers from one up to `last` in words, ten in a sentence. */
export function countingText(last: number): string {
  const count = Math.min(Math.max(1, Math.trunc(last)), MAX_COUNT);
  const sentences: string[] = [];
  for (let from = 1; from <= count; from += 10) {
    const to = Math.min(count, from + 9);
    sentences.push(`${Array.from({ length: to - from + 1 }, (_, i) => numberInWords(from + i)).join(', ')}.`);
  }
  return sentences.join(' ');
}

function numberInWords(value: number): string {
  if (value < 20) return ONES[value] ?? '';
  if (value < 100)
    return [TENS[Math.trunc(value / 10)], value % 10 > 0 ? ONES[value % 10] : ''].filter(Boolean).join('-');
  const rest = value % 100;
  return `${ONES[Math.trunc(value / 100)]} hundred${rest > 0 ? ` and ${numberInWords(rest)}` : ''}`;
}

/** About a minute and a half of speech, to be interrupted in. */
export const READING: string = [
  'The lighthouse keeper climbed the stairs every evening, an hour before the sun went down.',
  'There were two hundred and eleven steps, and he knew each of them by the sound it made.',
  'At the top he opened the shutters, trimmed the wick, and wiped the salt from the glass.',
  'Then he sat down with his book and waited for the first ship of the night.',
  'Some nights none came, and he read until the lamp burned low.',
  'Other nights there were so many that he lost count of their lights.',
  'Once, in a storm, a small boat with a torn sail tied up at the rock below.',
  'A woman and two children climbed the stairs, and the keeper made them soup.',
  'They told him of the town that they had left, and of the one that they hoped to reach.',
  'In the morning the sea was as flat as a table, and he helped them to mend the sail.',
  'They promised to write, and he did not believe it, for people seldom do.',
  'But every year, when the first snow fell, a letter came with the supply boat.',
  'He kept them in a tin on the window sill, next to the matches and the spare wick.',
  'And on the nights without ships, it was not the book that he read.',
].join(' ');
