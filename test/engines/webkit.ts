// WebKitGTK over WebDriver (w3.org/TR/webdriver): one page, one script. Its browser wants a display and a message bus.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { type Engine, findOnPath } from './engine.ts';
import { freePort } from '../free-port.ts';

const NEEDED = ['WebKitWebDriver', 'xvfb-run', 'xauth', 'dbus-run-session'];
const START_ATTEMPTS = 100;

/** Whether the driver and what its browser needs are installed. */
export function hasWebKit(): boolean {
  return NEEDED.every((name) => findOnPath(name) !== undefined);
}

export async function launchWebKit(): Promise<Engine> {
  const port = await freePort();
  const command = ['-a', 'dbus-run-session', '--', 'WebKitWebDriver', `--port=${port}`, '--host=127.0.0.1'];
  // A group of its own, so that the browser and the display end with it; and no pipes, which they would keep open.
  const child = spawn('xvfb-run', command, { detached: true, stdio: 'ignore' });
  const driver = `http://127.0.0.1:${port}`;
  try {
    await untilReady(driver);
    const { sessionId } = await ask<{ sessionId: string }>(`${driver}/session`, { capabilities: {} });
    const session = `${driver}/session/${sessionId}`;
    await ask(`${session}/timeouts`, { script: 60_000 });
    return {
      evaluate: async (url, expression) => {
        await ask(`${session}/url`, { url });
        // By the standard a promise that the script returns is awaited; this driver wants its callback.
        const script = `const done = arguments[0]; Promise.resolve(${expression}).then(done, (e) => done('threw: ' + e));`;
        return String(await ask(`${session}/execute/async`, { script, args: [] }));
      },
      close: async () => {
        await fetch(session, { method: 'DELETE' });
        await end(child);
      },
    };
  } catch (error) {
    await end(child);
    throw error;
  }
}

async function untilReady(driver: string): Promise<void> {
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt++) {
    const isReady = await fetch(`${driver}/status`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    await wait(100);
  }
  throw new Error('WebKitWebDriver does not answer');
}

async function ask<T>(url: string, body: object): Promise<T> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  const { value } = (await response.json()) as { value: T & { message?: string } };
  if (!response.ok) throw new Error(`${new URL(url).pathname}: ${value.message}`);
  return value;
}

async function end(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null) return;
  const isOver = once(child, 'exit');
  process.kill(-pid);
  await isOver;
}
