// Debian's Firefox over WebDriver BiDi (w3c.github.io/webdriver-bidi), which playwright can't drive: one page, one script.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { type Engine, findOnPath, isExecutable } from './engine.ts';

const NAMES = ['firefox-esr', 'firefox'];
/** No first-run pages, no updates, no traffic of its own. */
const PREFERENCES = {
  'app.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.page': 0,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'toolkit.telemetry.reportingpolicy.firstRun': false,
};

interface Reply {
  readonly id?: number;
  readonly type: string;
  readonly message?: string;
  readonly result?: unknown;
}

/** Path of an installed Firefox: FIREFOX_PATH, or the first on the PATH; undefined when there is none. */
export function findFirefox(): string | undefined {
  const named = process.env['FIREFOX_PATH'];
  return named !== undefined && isExecutable(named) ? named : NAMES.map(findOnPath).find((path) => path !== undefined);
}

/** A running Firefox with a profile of its own. */
export class Firefox implements Engine {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #lastId = 0;

  private constructor(child: ChildProcess, profile: string, socket: WebSocket) {
    this.#process = child;
    this.#profile = profile;
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const reply = JSON.parse(data.toString()) as Reply;
      if (reply.id !== undefined) this.#waiting.get(reply.id)?.(reply);
    });
  }

  static async launch(path: string): Promise<Firefox> {
    const profile = mkdtempSync(join(tmpdir(), 'bargein-firefox-'));
    const preferences = Object.entries(PREFERENCES).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
    );
    writeFileSync(join(profile, 'user.js'), preferences.join('\n'));
    const child = spawn(path, ['--headless', '--remote-debugging-port=0', '--profile', profile, 'about:blank'], {
      env: { ...process.env, HOME: profile },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const socket = new WebSocket(`${await addressOf(child)}/session`);
    await once(socket, 'open');
    const firefox = new Firefox(child, profile, socket);
    await firefox.#send('session.new', { capabilities: {} });
    return firefox;
  }

  async evaluate(url: string, expression: string): Promise<string> {
    const { contexts } = (await this.#send('browsingContext.getTree', {})) as {
      contexts: readonly { context: string }[];
    };
    const context = contexts[0]?.context;
    await this.#send('browsingContext.navigate', { context, url, wait: 'complete' });
    const target = { context };
    const answer = (await this.#send('script.evaluate', { expression, target, awaitPromise: true })) as {
      readonly type: 'success' | 'exception';
      readonly result?: { readonly value?: unknown };
      readonly exceptionDetails?: { readonly text: string };
    };
    if (answer.type === 'exception') throw new Error(`the page threw: ${answer.exceptionDetails?.text}`);
    return String(answer.result?.value);
  }

  async close(): Promise<void> {
    this.#socket.close();
    const isOver = once(this.#process, 'exit');
    this.#process.kill();
    await isOver;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  async #send(method: string, params: object): Promise<unknown> {
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<Reply>();
    this.#waiting.set(id, resolve);
    this.#socket.send(JSON.stringify({ id, method, params }));
    const reply = await promise;
    this.#waiting.delete(id);
    if (reply.type === 'error') throw new Error(`${method}: ${reply.message}`);
    return reply.result;
  }
}

/** Where it says that it listens. */
async function addressOf({ stderr }: ChildProcess): Promise<string> {
  if (stderr === null) throw new Error('Firefox has no standard error');
  const said: string[] = [];
  for await (const line of createInterface({ input: stderr })) {
    said.push(line);
    const [, address] = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(line) ?? [];
    if (address === undefined) continue;
    // Whatever else it says is nobody's, but must not fill the pipe.
    stderr.resume();
    return address;
  }
  throw new Error(`Firefox ended without listening: ${said.join('\n')}`);
}
