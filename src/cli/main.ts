#!/usr/bin/env node
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline/promises';
import { cac } from 'cac';
import { BargeinError } from '../errors.ts';
import type { BenchFlags } from './bench.ts';
import type { ConsoleFlags } from './console.ts';
import type { ServeFlags } from './serve-flags.ts';
import { openTerminal, paint } from './terminal.ts';

const cli = cac('bargein');

cli
  .command('demo', 'Hold one spoken call with a local model: tool, handoff, guardrail and barge-in')
  .option('--fast', 'On a virtual clock, as fast as the machine can')
  .option('--ask', 'Ask on the terminal before the tool runs')
  .option('--live', 'Talk to the real service with OPENAI_API_KEY')
  .option('--out <folder>', 'Where the recording, the picture and the trace go', { default: 'out' })
  .action(async (options: { fast?: boolean; ask?: boolean; live?: boolean; out: string }) => {
    const { runDemo } = await import('./demo/demo.ts');
    const { printReport } = await import('./demo/report.ts');
    const terminal = openTerminal();
    const record = await runDemo({
      isFast: options.fast === true,
      approve: options.ask === true ? ask : async () => true,
      liveKey: options.live === true ? requireKey() : null,
      outputFolder: options.out,
      terminal,
    });
    const allHold = printReport(record, terminal);
    terminal.line('');
    terminal.line(`${options.out}/demo.wav       you left, the agent as heard right`);
    terminal.line(`${options.out}/timeline.svg   the call as a picture`);
    terminal.line(`${options.out}/trace.json     open it in https://ui.perfetto.dev`);
    if (!allHold) process.exitCode = 1;
  });

cli
  .command('serve', 'Run the local Realtime server')
  .option('--port <port>', 'Port to listen on', { default: 8787 })
  .option('--host <host>', 'Address to bind to; a public one needs BARGEIN_API_KEY', { default: '127.0.0.1' })
  .option('--scenario <file>', 'What is heard and answered, as JSON')
  .option('--ears <ears>', 'auto, scripted, pocketsphinx, or the URL of an OpenAI-compatible back end')
  .option('--ears-model <model>', 'Model of that back end')
  .option('--phrases <phrases>', 'The only phrases that PocketSphinx expects, with | between them')
  .option('--brain <brain>', 'scripted, or the URL of an OpenAI-compatible back end')
  .option('--brain-model <model>', 'Model of that back end')
  .option('--voice <voice>', 'flite, or the URL of an OpenAI-compatible back end')
  .option('--voice-model <model>', 'Model of that back end')
  .option('--fault <fault>', 'Goes wrong on purpose: delay:80, close:1011@response.created, 429 …; may be repeated')
  .option('--webrtc <library>', 'What carries calls: node-datachannel (native) or werift (default: what is installed)')
  .option('--session-minutes <minutes>', 'How long a session may last (default: 60)')
  .option('--log', 'Print every event: time, direction, size')
  .option('--record <file>', 'Write every event to a wire log (JSON lines)')
  .action(async (flags: ServeFlags) => {
    const [{ serve }, { readServeFlags }] = await Promise.all([import('./serve.ts'), import('./serve-flags.ts')]);
    await serve(readServeFlags(flags, process.env, openTerminal()));
  });

cli
  .command('console', 'Talk to an agent in the browser and see what was heard; opens recordings, too')
  .option('--port <port>', 'Port of the page, on 127.0.0.1', { default: 8788 })
  .option('--scenario <file>', 'What the local server hears and answers, as JSON')
  .action(async (flags: ConsoleFlags) => {
    const { runConsole } = await import('./console.ts');
    await runConsole(flags, process.env, openTerminal());
  });

cli
  .command('replay <file>', 'Run a recorded wire log through the session core and print what it decides')
  .action(async (file: string) => {
    const { replay } = await import('./replay/replay.ts');
    if (!replay(file, openTerminal())) process.exitCode = 1;
  });

cli
  .command('trace <file>', 'Draw a recorded wire log: a Chrome trace and a timeline')
  .option('--out <folder>', 'Where they go', { default: 'out' })
  .action(async (file: string, options: { out: string }) => {
    const { trace } = await import('./replay/trace.ts');
    trace(file, options.out, openTerminal());
  });

cli
  .command('bench', 'Race the audio core against other libraries, quality beside speed')
  .option('--filter <text>', 'Only subjects whose name contains this')
  .option('--runs <runs>', 'Processes that each subject is run in', { default: 3 })
  .option('--json [file]', 'Write the results as JSON, to standard output without a file')
  .option('--plot <folder>', 'Draw the results as SVG')
  .option('--bars', 'Show every figure behind each bar, not only the worst')
  .option('--compare <file>', 'Compare with earlier results; ends with 1 if something became slower')
  .option('--from <file>', 'Report earlier results again instead of measuring')
  .action(async (flags: BenchFlags) => {
    const { bench } = await import('./bench.ts');
    if (!(await bench(flags, openTerminal()))) process.exitCode = 1;
  });

cli
  .command('fleet <action> [target] [...words]', 'Look after calls: ls, tail CALL, say CALL WORDS, drain PROCESS')
  .option('--url <url>', 'The Redis server of the fleet', { default: 'redis://127.0.0.1:6379' })
  .option('--prefix <prefix>', 'What the keys of the fleet begin with')
  .action(
    async (
      action: string,
      target: string | undefined,
      words: readonly string[],
      { url, prefix }: { url: string; prefix?: string },
    ) => {
      const { fleet } = await import('./fleet.ts');
      await fleet({ action, target, words, url, prefix }, openTerminal());
    },
  );

cli.help();
const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
cli.version(version);

async function ask(question: string): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await prompt.question(`${question} [y/N] `);
  prompt.close();
  return answer.trim().toLowerCase().startsWith('y');
}

function requireKey(): string {
  const key = process.env['OPENAI_API_KEY'];
  if (key === undefined || key === '') {
    throw new BargeinError('--live needs OPENAI_API_KEY in the environment', { code: 'ERR_API_KEY' });
  }
  return key;
}

try {
  cli.parse(process.argv, { run: false });
  const [unknown] = cli.matchedCommand === undefined ? cli.args : [];
  if (unknown !== undefined) {
    throw new BargeinError(`there is no command "${unknown}"; bargein --help lists them`, { code: 'ERR_COMMAND' });
  }
  const isAnswered = cli.options['help'] === true || cli.options['version'] === true;
  if (cli.matchedCommand === undefined && !isAnswered) cli.outputHelp();
  await cli.runMatchedCommand();
} catch (error) {
  const isForPeople = error instanceof BargeinError || (error instanceof Error && error.name === 'CACError');
  console.error(isForPeople ? paint.red(error.message) : error);
  process.exitCode = 1;
}
