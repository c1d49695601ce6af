import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { probeBuild } from '../../audio/index.ts';
import { DEFAULT_OPENAI_REALTIME_MODEL } from '../../transports/openai-base.ts';
import { type CommandInput, CommandLineError } from '../command.ts';
import { paint } from '../terminal.ts';
import { clockFinding } from './clock.ts';
import { endpointFinding } from './endpoint.ts';
import type { Finding, Surroundings } from './finding.ts';
import { browserFinding, soundFinding } from './hardware.ts';
import { keyFinding } from './key.ts';
import { nodeFinding, packagesFinding, wasmFinding } from './software.ts';

const LOCAL_URL = 'ws://127.0.0.1:8787/v1/realtime';
const OPENAI_HOST = 'api.openai.com';
const OPENAI_URL = `wss://${OPENAI_HOST}/v1/realtime?model=${DEFAULT_OPENAI_REALTIME_MODEL}`;
const MARKS = { ok: paint.green('ok     '), warning: paint.yellow('warning'), problem: paint.red('problem') } as const;

/** `bargein doctor`: whether nothing keeps calls from working. */
export async function doctor(input: CommandInput): Promise<boolean> {
  const { terminal, environment } = input;
  const url = endpointUrl(input);
  terminal.status(`reaching for ${url.host}`);
  const findings = await examine(surroundings(environment), url);
  terminal.end();
  const isWell = findings.every(({ verdict }) => verdict !== 'problem');
  for (const { subject, verdict, found, advice } of findings) {
    terminal.line(`${MARKS[verdict]}  ${subject.padEnd(9)} ${found}`);
    if (advice !== null) terminal.line(`         ${paint.dim('→')} ${advice}`);
  }
  terminal.record({ ok: isWell, findings });
  return isWell;
}

/** Looks at everything; the endpoint is the one at `url`. */
export async function examine(around: Surroundings, url: URL): Promise<Finding[]> {
  const key = keyFinding(around);
  const { OPENAI_API_KEY: secret = '' } = around.environment;
  // It is OpenAI's, and nobody else's business.
  const mayGo = url.protocol === 'wss:' && url.hostname === OPENAI_HOST && key.verdict !== 'problem';
  const [endpoint, clock] = await Promise.all([
    endpointFinding(url, mayGo ? secret : ''),
    clockFinding(url, around.nowMs),
  ]);
  return [
    nodeFinding(around),
    packagesFinding(around),
    wasmFinding(around),
    browserFinding(around),
    soundFinding(around),
    key,
    endpoint,
    ...(clock === null ? [] : [clock]),
  ];
}

function endpointUrl({ environment, ...input }: CommandInput): URL {
  const { OPENAI_API_KEY: key = '' } = environment;
  const given = input.text('url') ?? (key === '' ? LOCAL_URL : OPENAI_URL);
  // Not `URL.parse`: a Node that is too old must come as far as being told so.
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url !== null && /^wss?:$/.test(url.protocol)) return url;
  throw new CommandLineError(`--url must be a ws: or wss: URL, got "${given}"`, { code: 'ERR_COMMAND' });
}

function surroundings(environment: CommandInput['environment']): Surroundings {
  return {
    nodeVersion: process.version,
    platform: process.platform,
    environment,
    soundFolder: '/dev/snd',
    packageVersion,
    audioBuild: probeBuild(),
    hasSharedMemory: typeof SharedArrayBuffer === 'function',
    nowMs: Date.now,
  };
}

/** Version of a package as this one would load it: its `package.json` is beside or above its entry. */
function packageVersion(name: string): string | null {
  const require = createRequire(import.meta.url);
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      const { version } = JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as { version: string };
      return version;
    } catch {
      // Not in this folder.
    }
  }
  return name === 'bargein' ? (require('../../../package.json') as { version: string }).version : null;
}
