// A coverage-guided search for inputs that no parser of strangers' text survives:
//   npm run fuzz -- [--inputs 1000000] [--seed 1] [--target caller,model] [--blind]
// The inputs are shared out among the targets. Progress goes to stderr; the last line on stdout is JSON. Exit code 1: one was found.

import { parseArgs } from 'node:util';
import { BlockCoverage } from './block-coverage.ts';
import { fuzz } from './guided-fuzz.ts';
import { caller, model } from './targets.ts';

const PROGRESS_MS = 5000;
const GIB = 2 ** 30;
const COVERED = /\/src\/(protocol|transports\/telephony)\//;

const { values: options } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string', default: 'caller,model' },
    blind: { type: 'boolean', default: false },
  },
});
const names = options.target.split(',');
const targets = [caller, model].filter(({ name }) => names.includes(name));
const inputs = Number(options.inputs);
if (targets.length !== names.length || !Number.isSafeInteger(inputs) || inputs < 1) {
  throw new RangeError(
    `--target takes caller and model, --inputs a count; got ${options.target} and ${options.inputs}`,
  );
}

using coverage = new BlockCoverage((url) => COVERED.test(url));
const results = [];
for (const target of targets) {
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  let nextMs = startMs + PROGRESS_MS;
  const { finding, ...found } = fuzz(target, {
    inputs: Math.ceil(inputs / targets.length),
    seed: Number(options.seed),
    coverage: options.blind ? null : coverage,
    onProgress(done, corpus) {
      if (performance.now() < nextMs) return;
      nextMs = performance.now() + PROGRESS_MS;
      const perSecond = Math.round((1000 * done) / (performance.now() - startMs));
      console.error(`${target.name}: ${done} inputs, ${perSecond}/s, ${corpus.length} in the corpus`);
    },
  });
  const { user, system } = process.cpuUsage(startCpu);
  results.push({
    target: target.name,
    inputs: found.inputs,
    corpusFirst: target.corpus.length,
    corpusLast: found.corpus.length,
    coveredCharacters: coverage.size,
    seconds: Math.round(performance.now() - startMs) / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakGiB: (1024 * process.resourceUsage().maxRSS) / GIB,
    finding: finding && { ...finding, text: finding.text.slice(0, 2000), error: String(finding.error) },
  });
}
console.log(JSON.stringify({ seed: Number(options.seed), isGuided: !options.blind, results }));
if (results.some(({ finding }) => finding !== null)) process.exitCode = 1;
