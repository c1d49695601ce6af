import { type Finding, fine } from './finding.ts';

const PATIENCE_MS = 5000;
/** A `Date` header counts whole seconds, and the answer takes its time. */
const FINE_MS = 5000;
/** Ephemeral keys live for ten minutes at most, certificates and signatures are checked by the clock. */
const BAD_MS = 60_000;

/** How far the clock of this machine is from the endpoint's `Date` header; null where there is none to compare with. */
export async function clockFinding(url: URL, nowMs: () => number): Promise<Finding | null> {
  const origin = `${url.protocol === 'wss:' ? 'https:' : 'http:'}//${url.host}/`;
  let date: string | null;
  try {
    const response = await fetch(origin, { method: 'HEAD', signal: AbortSignal.timeout(PATIENCE_MS) });
    date = response.headers.get('date');
  } catch {
    return null;
  }
  const theirsMs = Date.parse(date ?? '');
  if (Number.isNaN(theirsMs)) return null;
  const skewMs = nowMs() - theirsMs;
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (Math.abs(skewMs) <= FINE_MS) return fine('clock', `agrees with ${url.host}`);
  return {
    subject: 'clock',
    verdict: Math.abs(skewMs) > BAD_MS ? 'problem' : 'warning',
    found: `${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} ${url.host}`,
    advice: 'set the clock by NTP: keys and certificates are refused by a wrong one',
  };
}
