// The figures that the README shows, taken from a file of results: what is slower is in it too.

import { BargeinError } from '../src/errors.ts';
import { formatNs, formatRatio } from './report.ts';
import type { Results } from './results.ts';
import { estimate, pairedRatios, typical } from './statistics.ts';

interface Shown {
  readonly what: string;
  /** As in the results. */
  readonly subject: string;
  readonly ours: string;
  readonly peer: string;
}

const SHOWN: readonly Shown[] = [
  { what: '24 to 48 kHz', subject: 'resample 24 to 48 kHz, 20 ms', ours: 'bargein voice', peer: 'speex wasm q5' },
  { what: '24 to 48 kHz', subject: 'resample 24 to 48 kHz, 20 ms', ours: 'bargein max', peer: 'speex wasm q10' },
  {
    what: '24 to 48 kHz',
    subject: 'resample 24 to 48 kHz, 20 ms',
    ours: 'bargein voice',
    peer: 'libsamplerate-js medium',
  },
  { what: '24 to 48 kHz', subject: 'resample 24 to 48 kHz, 20 ms', ours: 'bargein high', peer: 'native soxr HQ' },
  { what: '44.1 to 48 kHz', subject: 'resample 44.1 to 48 kHz, 20 ms', ours: 'bargein max', peer: 'speex wasm q10' },
  { what: 'µ-law encode', subject: 'µ-law encode', ours: 'bargein', peer: 'alawmulaw' },
  { what: 'base64 decode', subject: 'base64 decode', ours: 'bargein', peer: 'Buffer' },
  { what: 'microphone to wire', subject: 'path microphone', ours: 'bargein', peer: 'npm parts and Buffer' },
  { what: 'wire to speaker', subject: 'path playback', ours: 'bargein', peer: 'npm parts and Buffer' },
];

/** What encloses the figures in the README. */
const BEGIN = '<!-- figures: npm run bench:readme -->';
const END = '<!-- figures end -->';

/** The README with the figures of these results in their place. Throws `ERR_BENCH` if it has no place for them. */
export function withFigures(readme: string, results: Results): string {
  const [before, rest] = readme.split(BEGIN);
  const [, after] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined)
    throw new BargeinError(`the README has no ${BEGIN}`, { code: 'ERR_BENCH' });
  return `${before}${BEGIN}\n\n${table(results)}\n\n${circumstancesOf(results)}\n\n${END}${after}`;
}

/** The table in Markdown, one row for each pair that the README compares. Throws `ERR_BENCH` if one was not measured. */
function table(results: Results): string {
  const rows = SHOWN.map(({ what, subject, ours, peer }) => {
    const outcome = results.outcomes.find((candidate) => candidate.subject === subject && candidate.build === 'simd');
    const rounds = [ours, peer].map(
      (name) => outcome?.entries.find(({ contender }) => contender === name)?.rounds ?? missing(`${subject}: ${name}`),
    );
    const [own = [], other = []] = rounds;
    const { value, low, high } = estimate(pairedRatios(own, other));
    const ratio = `**${formatRatio(value)}** [${formatRatio(low)}…${formatRatio(high)}]`;
    return [what, `\`${ours}\``, formatNs(typical(own)), `\`${peer}\``, formatNs(typical(other)), ratio];
  });
  return markdown([['20 ms of audio', 'ours', 'takes', 'beside', 'takes', 'times as long [95 %]'], ...rows]);
}

/** Where and when the figures were measured, in a sentence. */
function circumstancesOf({ circumstances }: Results): string {
  const { processor, processors, platform, node, commit, at, runs } = circumstances;
  return (
    `${processor}, ${processors} processors, ${platform}, Node ${node.slice(1)}, commit ${commit ?? 'unknown'}, ${at.slice(0, 10)}; ` +
    `medians of ${runs} processes.`
  );
}

function missing(what: string): never {
  throw new BargeinError(`the results have no ${what}`, { code: 'ERR_BENCH' });
}

function markdown([head = [], ...rows]: string[][]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map((row) => line(row))].join('\n');
}
