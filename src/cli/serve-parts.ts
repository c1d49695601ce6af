import { readFile } from 'node:fs/promises';
import { BargeinError } from '../errors.ts';
import { CommandLineError } from './command.ts';
import {
  findPocketsphinx,
  OpenAIBrain,
  type OpenAICompatibleOptions,
  OpenAIEars,
  OpenAIVoice,
  parseFaultText,
  parseScenario,
  PocketsphinxEars,
  type RealtimeServerOptions,
  type Scenario,
  WEBRTC_LIBRARIES,
  type WebRtcLibrary,
} from '../server/index.ts';

/** What `serve` is told about the server; each of ears, brain and voice is a word or the URL of a back end. */
export interface ServeParts {
  readonly scenario?: string;
  readonly ears?: string;
  readonly earsModel?: string;
  /** The only phrases that PocketSphinx is to expect, with `|` between them. */
  readonly phrases?: string;
  readonly brain?: string;
  readonly brainModel?: string;
  readonly voice?: string;
  readonly voiceModel?: string;
  /** As `parseFaultText` reads them. */
  readonly faults: readonly string[];
  /** Name of the library that carries calls. */
  readonly webrtc?: string;
  readonly sessionMinutes?: number;
  readonly apiKey?: string;
  /** For the back ends. */
  readonly backendKey?: string;
}

/** A server's options, and what to tell the user about each part. */
export interface PlannedServer {
  readonly options: RealtimeServerOptions;
  readonly faults: readonly string[];
  readonly ears: string;
  readonly brain: string;
  readonly voice: string;
}

/** Reads the scenario and chooses the parts; rejects with what to change. */
export async function planServer(parts: ServeParts): Promise<PlannedServer> {
  for (const text of parts.faults) parseFaultText(text);
  const scenario = parts.scenario === undefined ? undefined : await readScenario(parts.scenario);
  const ears = planEars(parts, scenario);
  const brain = planBrain(parts, scenario);
  const voice = planVoice(parts);
  return {
    options: {
      ...(scenario !== undefined && { scenario }),
      ...ears.option,
      ...brain.option,
      ...voice.option,
      ...(parts.webrtc !== undefined && { webrtc: webRtcLibrary(parts.webrtc) }),
      ...(parts.sessionMinutes !== undefined && { sessionLimitMs: parts.sessionMinutes * 60_000 }),
      ...(parts.apiKey !== undefined && { apiKey: parts.apiKey }),
    },
    faults: parts.faults,
    ears: ears.told,
    brain: brain.told,
    voice: voice.told,
  };
}

interface Planned<K extends 'ears' | 'brain' | 'voice'> {
  readonly option: Pick<RealtimeServerOptions, K>;
  readonly told: string;
}

function planEars(parts: ServeParts, scenario: Scenario | undefined): Planned<'ears'> {
  const { ears = 'auto', phrases } = parts;
  if (isUrl(ears))
    return { option: { ears: new OpenAIEars(backEnd('ears', ears, parts)) }, told: `transcriptions of ${ears}` };
  const usesSphinx =
    ears === 'pocketsphinx' || (ears === 'auto' && scenario === undefined && findPocketsphinx() !== null);
  if (usesSphinx) {
    const sphinx = new PocketsphinxEars(phrases === undefined ? {} : { phrases: phrases.split('|') });
    return {
      option: { ears: sphinx },
      told: phrases === undefined ? 'PocketSphinx, any English' : `PocketSphinx: ${phrases}`,
    };
  }
  if (ears !== 'auto' && ears !== 'scripted') throw unknownPart('ears', ears, 'auto, scripted, pocketsphinx');
  const told = scenario === undefined ? 'none: it hears that you speak, not what' : 'what the scenario says was heard';
  return { option: {}, told };
}

function planBrain(parts: ServeParts, scenario: Scenario | undefined): Planned<'brain'> {
  const { brain = 'scripted' } = parts;
  if (isUrl(brain))
    return { option: { brain: new OpenAIBrain(backEnd('brain', brain, parts)) }, told: `chat completions of ${brain}` };
  if (brain !== 'scripted') throw unknownPart('brain', brain, 'scripted');
  const told =
    scenario === undefined ? 'repeats you, calls the tool that you name, counts, reads a story' : 'the scenario';
  return { option: {}, told };
}

function planVoice(parts: ServeParts): Planned<'voice'> {
  const { voice = 'flite' } = parts;
  if (isUrl(voice))
    return { option: { voice: new OpenAIVoice(backEnd('voice', voice, parts)) }, told: `speech of ${voice}` };
  if (voice !== 'flite') throw unknownPart('voice', voice, 'flite');
  return { option: {}, told: 'Flite, English' };
}

function backEnd(part: 'ears' | 'brain' | 'voice', baseUrl: string, parts: ServeParts): OpenAICompatibleOptions {
  const model = parts[`${part}Model`];
  if (model === undefined) {
    throw new CommandLineError(`--${part} ${baseUrl} needs a --${part}-model`, { code: 'ERR_SERVE_OPTION' });
  }
  return { baseUrl, model, ...(parts.backendKey !== undefined && { apiKey: parts.backendKey }) };
}

async function readScenario(path: string): Promise<Scenario> {
  try {
    return parseScenario(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new BargeinError(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      code: 'ERR_SCENARIO',
      cause,
    });
  }
}

function webRtcLibrary(given: string): WebRtcLibrary {
  const library = WEBRTC_LIBRARIES.find((name) => name === given);
  if (library !== undefined) return library;
  throw new CommandLineError(`--webrtc is ${WEBRTC_LIBRARIES.join(' or ')}; got "${given}"`, {
    code: 'ERR_SERVE_OPTION',
  });
}

function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text);
}

function unknownPart(part: string, given: string, words: string): CommandLineError {
  return new CommandLineError(`--${part} is ${words}, or the URL of an OpenAI-compatible back end; got "${given}"`, {
    code: 'ERR_SERVE_OPTION',
  });
}
