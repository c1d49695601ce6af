import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { allocatedBytes, HEAP_FLAGS, retainedBytes } from '../heap.ts';
import { findPackage } from '../competitors/packages.ts';
import { PEER, type SessionMaker, sessionMakers, type SessionOnSocket } from '../competitors/sessions.ts';
import { noiseOctets } from '../corpus.ts';
import {
  audioDelta,
  itemDeleted,
  replyBegins,
  toolItemId,
  toolRound,
  transcriptDelta,
  userMessage,
} from '../server-messages.ts';
import { median } from '../statistics.ts';
import { type Contender, type Facts, type Subject, type Survey, timed } from '../subject.ts';

/**
 * An event passes through some fifty functions. V8 has optimised all of them after 0.3 s of nothing but that, pinned to
 * one core; before, an audio delta takes up to twice as long.
 */
const WARM_UP_MS = 600;
const WARM = `warmed up for ${WARM_UP_MS} ms`;

/** 20 ms of PCM16 at 24 kHz. */
const packet = noiseOctets(960).buffer;

interface Opened {
  readonly name: string;
  readonly session: SessionOnSocket;
}

async function openAll(): Promise<Opened[]> {
  return Promise.all((await sessionMakers()).map(async ({ name, open }) => ({ name, session: await open() })));
}

async function speaking(): Promise<Opened[]> {
  const opened = await openAll();
  for (const { session } of opened) for (const text of replyBegins()) session.receive(text);
  return opened;
}

/** The least that sending can be: base64 by the platform, one text. */
function sendFloor(): () => void {
  let characters = 0;
  return () => {
    const audio = Buffer.from(packet).toString('base64');
    characters += JSON.stringify({ type: 'input_audio_buffer.append', audio }).length;
    if (Number.isNaN(characters)) throw new RangeError('a length is not a number');
  };
}

/** The least that receiving can be: one parse, base64 by the platform. */
function receiveFloor(text: string): () => void {
  let bytes = 0;
  return () => {
    const { delta } = JSON.parse(text) as { delta: string };
    bytes += Buffer.from(delta, 'base64').length;
    if (Number.isNaN(bytes)) throw new RangeError('a length is not a number');
  };
}

function repeated(name: string, work: () => void): Contender {
  return {
    name,
    time: timed((times) => {
      for (let i = 0; i < times; i++) work();
    }),
  };
}

function receiving(name: string, operation: string, text: string, floor: string | null): Subject {
  return {
    kind: 'race',
    name,
    operation,
    isPerBuild: false,
    warmUpMs: WARM_UP_MS,
    async prepare() {
      const sessions = (await speaking()).map((each) => repeated(each.name, () => each.session.receive(text)));
      return floor === null ? sessions : [...sessions, repeated(floor, receiveFloor(text))];
    },
  };
}

/** Fills a fresh session's history. */
async function filled(maker: SessionMaker, items: number): Promise<SessionOnSocket> {
  const session = await maker.open();
  for (let i = 0; i < items; i++) session.receive(userMessage(`item_${i}`, i === 0 ? null : `item_${i - 1}`, 'Hello.'));
  return session;
}

/** Makes the contender of a session whose history has so many items. */
type LongContender = (name: string, session: SessionOnSocket, items: number) => Contender;

async function atEachLength(
  maker: SessionMaker,
  lengths: readonly number[],
  make: LongContender,
): Promise<Contender[]> {
  const contenders: Contender[] = [];
  for (const items of lengths) {
    contenders.push(make(`${maker.name}, ${items} items`, await filled(maker, items), items));
  }
  return contenders;
}

const OWN_LENGTHS = [0, 1000, 100_000];
/** Filling the peer's history is quadratic: 100 000 items take it minutes. */
const PEER_LENGTHS = [0, 10_000];

/**
 * Ours by themselves, and in another process beside the peer: what that leaves behind at 10 000 items, V8 collects in the
 * time of whoever is next.
 */
function atLengths(name: string, operation: string, make: LongContender): Subject[] {
  const subject = {
    kind: 'race',
    operation: `${operation}, ${WARM}`,
    isPerBuild: false,
    warmUpMs: WARM_UP_MS,
  } as const;
  return [
    {
      ...subject,
      name,
      async prepare() {
        const [own] = await sessionMakers();
        return own === undefined ? [] : atEachLength(own, OWN_LENGTHS, make);
      },
    },
    {
      ...subject,
      name: `${name}, beside the peer`,
      async prepare() {
        const [own, peer] = await sessionMakers();
        if (own === undefined || peer === undefined) return [];
        return [...(await atEachLength(own, [0], make)), ...(await atEachLength(peer, PEER_LENGTHS, make))];
      },
    },
  ];
}

/** A new item at the end, changed once, deleted again. */
function itemUpdates(name: string, session: SessionOnSocket, items: number): Contender {
  const previous = items === 0 ? null : `item_${items - 1}`;
  const texts = [
    userMessage('item_new', previous, 'One moment.'),
    userMessage('item_new', previous, 'One moment, please.'),
    itemDeleted('item_new'),
  ];
  return repeated(name, () => {
    for (const text of texts) session.receive(text);
  });
}

/**
 * The model calls a tool that does nothing, until the session asks for the answer. Nothing is waited for but promises that
 * are resolved already, some 25 one after the other, so all of the time is the session's own.
 */
function toolRounds(name: string, session: SessionOnSocket): Contender {
  let number = 0;
  return {
    name,
    async time(times) {
      let elapsedNs = 0n;
      for (let i = 0; i < times; i++) {
        const texts = toolRound(++number);
        const requested = session.nextRequest();
        const start = process.hrtime.bigint();
        for (const text of texts) session.receive(text);
        await requested;
        elapsedNs += process.hrtime.bigint() - start;
        session.receive(itemDeleted(toolItemId(number)));
      }
      return Number(elapsedNs);
    },
  };
}

const IMPORTS = 9;
const run = promisify(execFile);

/** Milliseconds until a module and all that it imports are ready, in a fresh process. */
async function importMs(url: string): Promise<number> {
  const code = `const start = performance.now(); await import(${JSON.stringify(url)}); console.log(performance.now() - start); process.exit();`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code]);
  return Number(stdout);
}

async function importFacts(url: string): Promise<Facts> {
  const times: number[] = [];
  for (let i = 0; i < IMPORTS; i++) times.push(await importMs(url));
  return { importMs: median(times), fastestMs: Math.min(...times) };
}

const imports: Survey = {
  kind: 'survey',
  name: 'session import',
  operation: `median of ${IMPORTS} fresh processes`,
  isPerBuild: false,
  runs: 1,
  async survey() {
    // Beside `bench/` in a package: the entry that applications import.
    const own = new URL('../index.js', import.meta.url).href;
    const peer = findPackage(PEER);
    return [
      { contender: 'bargein', facts: await importFacts(own) },
      ...(peer === null ? [] : [{ contender: PEER, facts: await importFacts(`file://${peer}`) }]),
    ];
  },
};

const IDLE_SESSIONS = 500;

const idle: Survey = {
  kind: 'survey',
  name: 'session idle',
  operation: `heap of one connected session, of ${IDLE_SESSIONS}`,
  isPerBuild: false,
  runs: 3,
  nodeFlags: HEAP_FLAGS,
  async survey() {
    const entries = [];
    for (const { name, open } of await sessionMakers()) {
      // The first ones load and compile what all of them share.
      for (let i = 0; i < 50; i++) await open();
      const heapBytes = await retainedBytes(IDLE_SESSIONS, async () => (await open()).session);
      entries.push({ contender: name, facts: { heapBytes } });
    }
    return entries;
  },
};

const allocation: Survey = {
  kind: 'survey',
  name: 'session sendAudio, allocation',
  operation: 'bytes of the heap for each 20 ms',
  isPerBuild: false,
  runs: 1,
  nodeFlags: HEAP_FLAGS,
  async survey() {
    return (await openAll()).map(({ name, session }) => ({
      contender: name,
      facts: { allocatedBytes: allocatedBytes(() => session.sendAudio(packet)) },
    }));
  },
};

export const sessionSubjects: readonly Subject[] = [
  {
    kind: 'race',
    name: 'session sendAudio',
    operation: `20 ms of PCM16 at 24 kHz, ${WARM}`,
    isPerBuild: false,
    warmUpMs: WARM_UP_MS,
    async prepare() {
      const sessions = (await openAll()).map(({ name, session }) => repeated(name, () => session.sendAudio(packet)));
      return [...sessions, repeated('base64 and JSON.stringify', sendFloor())];
    },
  },
  allocation,
  receiving('session audio delta, 100 ms', `one event, ${WARM}`, audioDelta(100), 'JSON.parse and base64'),
  receiving('session audio delta, 200 ms', `one event, ${WARM}`, audioDelta(200), 'JSON.parse and base64'),
  receiving('session transcript delta', `one event, ${WARM}`, transcriptDelta(), null),
  ...atLengths(
    'session item updates',
    'a new item, a change of it, its deletion; nobody reads the history',
    itemUpdates,
  ),
  ...atLengths(
    'session tool round',
    'from the call of a tool that does nothing to the request for the answer',
    toolRounds,
  ),
  idle,
  imports,
];
