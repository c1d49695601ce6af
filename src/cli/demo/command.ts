import { createInterface } from 'node:readline/promises';
import { BargeinError } from '../../errors.ts';
import type { CommandInput } from '../command.ts';
import { runDemo } from './demo.ts';
import { demoReport, printReport } from './report.ts';

/** `bargein demo`: holds the call; whether every invariant holds. */
export async function demo(input: CommandInput): Promise<boolean> {
  const { terminal } = input;
  const folder = input.text('out') ?? 'out';
  const record = await runDemo({
    isFast: input.isOn('fast'),
    approve: input.isOn('ask') ? ask : async () => true,
    liveKey: input.isOn('live') ? neededKey(input) : null,
    outputFolder: folder,
    terminal,
  });
  const report = demoReport(record);
  const files = { recording: `${folder}/demo.wav`, timeline: `${folder}/timeline.svg`, trace: `${folder}/trace.json` };
  printReport(report, terminal);
  terminal.line('');
  terminal.line(`${files.recording}       you left, the agent as heard right`);
  terminal.line(`${files.timeline}   the call as a picture`);
  terminal.line(`${files.trace}     open it in https://ui.perfetto.dev`);
  terminal.record({ ...report, files });
  return report.checks.every(({ holds }) => holds);
}

async function ask(question: string): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`${question} [y/N] `);
  prompt.close();
  return answer.trim().toLowerCase().startsWith('y');
}

function neededKey({ environment: { OPENAI_API_KEY: key = '' } }: CommandInput): string {
  if (key !== '') return key;
  throw new BargeinError('--live needs OPENAI_API_KEY in the environment', { code: 'ERR_API_KEY' });
}
