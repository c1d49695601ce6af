// Every command: what it is called, what it takes, and where it is. Only the one that runs is loaded.
import type { Command } from './command.ts';

export const COMMANDS: readonly Command[] = [
  {
    name: 'demo',
    summary: 'hold one spoken call with a local model: tool, handoff, guardrail and barge-in',
    words: [0, 0],
    flags: {
      fast: { text: 'On a virtual clock, as fast as the machine can' },
      ask: { text: 'Ask on the terminal before the tool runs' },
      live: { text: 'Talk to the real service with OPENAI_API_KEY' },
      out: { value: 'folder', default: 'out', text: 'Where the recording, the picture and the trace go' },
    },
    examples: [
      ['demo', 'the call in real time, then its figures and what must be true of it'],
      ['demo --fast --json', 'the same in a few seconds, for a program'],
    ],
    run: async (input) => (await import('./demo/command.ts')).demo(input),
  },
  {
    name: 'serve',
    summary: 'run the local Realtime server',
    words: [0, 0],
    flags: {
      port: { value: 'port', default: '8787', text: 'Port to listen on; 0 takes a free one' },
      host: { value: 'host', default: '127.0.0.1', text: 'Address to bind to; a public one needs BARGEIN_API_KEY' },
      scenario: { value: 'file', text: 'What is heard and answered, as JSON' },
      ears: { value: 'ears', text: 'auto, scripted, pocketsphinx, or the URL of an OpenAI-compatible back end' },
      'ears-model': { value: 'model', text: 'Model of that back end' },
      phrases: { value: 'phrases', text: 'The only phrases that PocketSphinx expects, with | between them' },
      brain: { value: 'brain', text: 'scripted, or the URL of an OpenAI-compatible back end' },
      'brain-model': { value: 'model', text: 'Model of that back end' },
      voice: { value: 'voice', text: 'flite, or the URL of an OpenAI-compatible back end' },
      'voice-model': { value: 'model', text: 'Model of that back end' },
      fault: {
        value: 'fault',
        text: 'Goes wrong on purpose: delay:80, close:1011@response.created, 429 …; may be repeated',
      },
      webrtc: {
        value: 'library',
        text: 'What carries calls: node-datachannel (native) or werift; without it, what is installed',
      },
      'session-minutes': { value: 'minutes', text: 'How long a session may last; without it, 60' },
      log: { text: 'Print every event: time, direction, size' },
      record: { value: 'file', text: 'Write every event to a wire log (JSON lines)' },
    },
    examples: [
      ['serve --log', 'answers what it hears, and prints every event'],
      ['serve --scenario hotel.json --record call.jsonl', 'follows a script, and records for replay and trace'],
      ['serve --fault delay:80 --fault close:1011@response.created', 'a bad line, on purpose'],
    ],
    async run(input) {
      const [{ serve }, { readServeFlags }] = await Promise.all([import('./serve.ts'), import('./serve-flags.ts')]);
      return serve(readServeFlags(input));
    },
  },
  {
    name: 'console',
    summary: 'talk to an agent in the browser and see what was heard; opens recordings, too',
    words: [0, 0],
    flags: {
      port: { value: 'port', default: '8788', text: 'Port of the page, on 127.0.0.1; 0 takes a free one' },
      scenario: { value: 'file', text: 'What the local server hears and answers, as JSON' },
    },
    examples: [['console', 'open the address that it prints; with OPENAI_API_KEY set the page offers OpenAI, too']],
    run: async (input) => (await import('./console.ts')).runConsole(input),
  },
  {
    name: 'bench',
    summary: 'race the audio core against other libraries, quality beside speed',
    words: [0, 0],
    flags: {
      filter: { value: 'text', text: 'Only subjects whose name contains this' },
      runs: { value: 'runs', default: '3', text: 'Processes that each subject is run in' },
      out: { value: 'file', text: 'Write the results there, as --json prints them' },
      plot: { value: 'folder', text: 'Draw the results as SVG' },
      bars: { text: 'Show every figure behind each bar, not only the worst' },
      compare: { value: 'file', text: 'Compare with earlier results; ends with 1 if something became slower' },
      from: { value: 'file', text: 'Report earlier results again instead of measuring' },
    },
    examples: [
      ['bench --filter g711', 'one subject'],
      ['bench --out before.json', 'measure, and keep it'],
      ['bench --compare before.json', 'fails when something is slower by 5 % at least, sure to 95 %'],
    ],
    run: async (input) => (await import('./bench.ts')).bench(input),
  },
  {
    name: 'doctor',
    summary: 'look for what keeps a voice app from working here, and say what to do',
    words: [0, 0],
    flags: {
      url: {
        value: 'url',
        text: "Realtime endpoint to reach; without it OpenAI's where OPENAI_API_KEY is set, else the local server's",
      },
    },
    examples: [
      ['doctor', 'no key needed, none is printed'],
      ['doctor --url wss://example.com/v1/realtime --json', 'another endpoint, for a program'],
    ],
    run: async (input) => (await import('./doctor/doctor.ts')).doctor(input),
  },
  {
    name: 'replay',
    summary: 'run a recorded wire log through the session core and print what it decides',
    operands: '<file>',
    words: [1, 1],
    flags: {},
    examples: [['replay call.jsonl', 'ends with 1 when it decides otherwise than was recorded']],
    run: async ({ words: [file = ''], terminal }) => (await import('./replay/replay.ts')).replay(file, terminal),
  },
  {
    name: 'trace',
    summary: 'draw a recorded wire log: a Chrome trace and a timeline',
    operands: '<file>',
    words: [1, 1],
    flags: { out: { value: 'folder', default: 'out', text: 'Where they go' } },
    examples: [['trace call.jsonl --out pictures', 'then open the trace in https://ui.perfetto.dev']],
    async run(input) {
      const [file = ''] = input.words;
      (await import('./replay/trace.ts')).trace(file, input.text('out') ?? 'out', input.terminal);
      return true;
    },
  },
  {
    name: 'fleet',
    summary: 'look after the calls of a fleet',
    operands: 'ls | tail <call> | say <call> <words> | drain <process>',
    words: [1, Infinity],
    flags: {
      url: { value: 'url', default: 'redis://127.0.0.1:6379', text: 'The Redis server of the fleet' },
      prefix: { value: 'prefix', text: 'What the keys of the fleet begin with' },
    },
    examples: [
      ['fleet ls', 'every call, and the process that has it'],
      ['fleet tail CA123', "reads along in a call's journal"],
      ['fleet say CA123 We close in five minutes.', 'has the agent say it'],
      ['fleet drain gateway-1', 'a process takes no more calls'],
    ],
    async run(input) {
      const [action = '', target, ...words] = input.words;
      const flags = { action, target, words, url: input.text('url') ?? '', prefix: input.text('prefix') };
      await (await import('./fleet.ts')).fleet(flags, input.terminal);
      return true;
    },
  },
];
